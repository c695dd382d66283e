"""``python -m llamabot_images``: the command line."""

from llamabot_images.cli import main

if __name__ == "__main__":
    main()
