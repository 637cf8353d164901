//! Seeded, realistic traffic for the demo, load and tests.
