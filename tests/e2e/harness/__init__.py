"""What the end-to-end tests share. The checking side is kubectl alone: writes are kubectl commands, reads go through
`kubectl proxy`, so that no code of Serin checks Serin."""
