//! Headless output of what a monitor or a list of events holds: text, JSON, NDJSON.
