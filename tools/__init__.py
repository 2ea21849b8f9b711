"""What make, tests and benchmarks share: a browser, a web server, the live build."""
