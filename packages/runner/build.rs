//! Builds the shim as the tiny program of its own that it is, whatever profile the rest is built
//! with, so that it can be embedded here and the product stays one file.

use std::{env, path::PathBuf, process::Command};

fn main() {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let shim = manifest.join("../shim");
    for watched in ["src", "Cargo.toml", "../../Cargo.toml", "../../Cargo.lock"] {
        println!("cargo:rerun-if-changed={}", shim.join(watched).display());
    }
    let target_directory = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("shim");
    let target = env::var("TARGET").expect("cargo sets it");
    let mut cargo = Command::new(env::var_os("CARGO").expect("cargo sets it"));
    // What cargo set for this build would change the other one.
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_ENCODED_")
            || text.starts_with("CARGO_PROFILE_")
            || text == "RUSTFLAGS"
            || text == "CARGO_MAKEFLAGS"
        {
            cargo.env_remove(&name);
        }
    }
    let status = cargo
        .args(["build", "--quiet", "--locked", "--profile", "shim", "--bin", "cursor-selfhost-shim", "--target", &target])
        .arg("--manifest-path")
        .arg(shim.join("Cargo.toml"))
        .arg("--target-dir")
        .arg(&target_directory)
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the shim does not build");
    let program = target_directory.join(target).join("shim/cursor-selfhost-shim");
    println!("cargo:rustc-env=SHIM_PROGRAM={}", program.display());
}
