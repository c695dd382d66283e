"""Tests of llamabot_images."""
