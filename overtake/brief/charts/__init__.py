"""One module a family of figures; each public function takes a `Context` and returns a `Figure`, or nothing."""
