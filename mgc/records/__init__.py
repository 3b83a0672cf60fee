"""A fit as a folder of text: configuration, store, checks, and the study that looks records up."""
