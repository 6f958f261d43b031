//! The page's files are embedded: when they change, so must the program. Without them it is built all
//! the same, and says so where the page would be.

use std::{env, fs, path::PathBuf};

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let page = manifest.join("../web/dist");
    fs::create_dir_all(&page).expect("a directory for the page can be made");
    println!("cargo:rerun-if-changed={}", page.display());
}
