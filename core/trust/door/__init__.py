"""What users hand over becomes predictions, or a sentence."""
