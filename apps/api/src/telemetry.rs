//! Structured logs on standard error.

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// `CURSOR_SELFHOST_LOG` takes the usual filter syntax; warnings and up unless it is set.
pub fn init() {
    let filter = EnvFilter::try_from_env("CURSOR_SELFHOST_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // A second call, as in tests, changes nothing.
    let _ = tracing_subscriber::registry().with(filter).with(fmt::layer().with_writer(std::io::stderr)).try_init();
}
