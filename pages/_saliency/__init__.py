"""Parts of the saliency explorer's pages."""
