"""The app's mails: what they say, the links in them, and what each recipient was last told."""
