"""What the fault tests stand on: operators as plain processes behind fault proxies, and a monitor that sees all."""
