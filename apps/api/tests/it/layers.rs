//! The layers hold: `http`, `cli` and the page's server know no SQL, `app` knows no HTTP, and the pure
//! packages touch nothing outside themselves.

use std::{fs, path::Path};

/// Every source file below `directory`, with its text.
fn sources(directory: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

#[test]
fn no_layer_reaches_backwards_or_around() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (directory, forbidden) in [
        ("apps/api/src/http", &["db::query", "use db", "sea_orm", "crate::cli"][..]),
        ("apps/api/src/app", &["axum", "crate::http", "crate::cli", "::cli::", "sea_orm"][..]),
        ("apps/api/src/background", &["axum", "crate::http", "crate::cli", "use db", "sea_orm"][..]),
        ("apps/api/src/config", &["crate::app", "crate::http"][..]),
        ("packages/runner/src", &["sea_orm", "axum", "use db"][..]),
        ("packages/agents/src", &["std::fs", "std::process", "tokio", "SystemTime", "Instant::now"][..]),
        ("packages/domain/src", &["std::fs", "std::process", "std::net", "tokio", "SystemTime"][..]),
        ("packages/shim/src", &["tokio", "use runner", "use domain"][..]),
    ] {
        let files = sources(&root.join(directory));
        assert!(!files.is_empty(), "{directory}");
        for (path, text) in files {
            for word in forbidden {
                assert!(!text.contains(word), "{path} names {word}");
            }
        }
    }
}
