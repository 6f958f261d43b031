//! Structured logs on standard error.

use std::io::IsTerminal;

use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// `CURSOR_SELFHOST_LOG` takes the usual filter syntax; warnings and up unless it is set.
pub fn init() {
    let filter = EnvFilter::try_from_env("CURSOR_SELFHOST_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    // A second call, as in tests, changes nothing.
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let layer = fmt::layer().with_ansi(colours).with_writer(std::io::stderr);
    let _ = tracing_subscriber::registry().with(filter).with(layer).try_init();
}
