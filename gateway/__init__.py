"""The one front door: finds the room, checks nothing a room must check itself."""
