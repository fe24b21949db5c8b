"""The saliency explorer against public libraries, on the same networks and images."""
