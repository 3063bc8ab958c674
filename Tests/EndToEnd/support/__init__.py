"""What the end-to-end tests are made of: the two processes, a plain OAuth client, a browser, the official SDK."""
