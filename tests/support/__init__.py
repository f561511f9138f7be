"""What tests stand on: real servers on loopback, real files, and events made through the real use-cases."""
