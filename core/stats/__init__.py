"""Statistics written once: intervals, resampling, discrimination and calibration."""
