"""ERGO's two-turn protocol: what is asked (prompts) and how the replies are read (parsing). Speaks view px only."""
