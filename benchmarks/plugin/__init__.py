"""The plugin in a real window: how long it blocks, stops, answers and how much memory it keeps."""
