"""What those on an event are given and told: files and links, the recording, and what they agreed to."""
