//! What must be in order before a run begins: account, model, trust, session id, in this order, each
//! with the CLI's own words on standard error.

use std::{io, path::Path, path::PathBuf};

use serde_json::json;
use uuid::Uuid;

use crate::{
    account::{self, Account},
    chat,
    cli::Cli,
    clock, place,
    switches::Switches,
};

pub const MODEL_NAME: &str = "Demo (no AI)";

pub const MODELS: &[(&str, &str)] =
    &[("auto", "Auto (default)"), ("demo-1", "Demo 1 (no AI)"), ("demo-fast", "Demo fast (no AI)")];

/// Where the credential comes from.
pub fn account(cli: &Cli, switches: &Switches) -> Result<&'static str, String> {
    match account::current(cli, switches) {
        Account::Known(source) => Ok(source),
        Account::LoggedOut => Err("Error: Authentication required. Please run 'agent login' first, or set CURSOR_API_KEY \
             environment variable."
            .to_owned()),
        Account::InvalidKey => Err("\u{1b}[33m⚠ Warning: The provided API key is invalid.\u{1b}[0m".to_owned()),
    }
}

pub fn headless(switches: &Switches) -> Result<(), String> {
    if switches.fails("headless") {
        return Err("Error: Headless mode is disabled by your team's administrator.".to_owned());
    }
    Ok(())
}

pub fn model(cli: &Cli, switches: &Switches) -> Result<(), String> {
    let asked = cli.model.as_deref().unwrap_or("auto");
    if switches.fails("model") || !MODELS.iter().any(|(id, _)| *id == asked) {
        let ids: Vec<&str> = MODELS.iter().map(|(id, _)| *id).collect();
        return Err(format!("Cannot use this model: {asked}. Available models: {}", ids.join(", ")));
    }
    Ok(())
}

/// `--trust` lasts; `--force` is for this run.
pub fn trust(cli: &Cli, switches: &Switches, workspace: &Path) -> Result<(), String> {
    let mark = place::project(workspace).join(".workspace-trusted");
    if switches.fails("trust") || !(cli.trust || cli.force || mark.exists()) {
        return Err(format!(
            "\n⚠ Workspace Trust Required\n\n  Cursor Agent can execute code and access files in this directory.\n  \
             Do you trust the contents of this directory?\n\n    {}\n\n  To proceed, you can either:\n    \
             • Run 'agent' interactively to decide\n    • Pass --trust, --yolo, or -f if you trust this directory",
            workspace.display()
        ));
    }
    if cli.trust && !mark.exists() {
        let content = json!({ "trustedAt": clock::now_ms(), "workspacePath": workspace, "trustMethod": "flag" });
        place::write(&mark, &content.to_string()).map_err(|error| format!("Error: {error}"))?;
    }
    Ok(())
}

/// The id of the chat to go on with; a fresh one if none is named.
pub fn session(cli: &Cli, workspace: &Path) -> Result<String, String> {
    let nth = match (&cli.resume, cli.continues) {
        (Some(id), _) => match id.strip_prefix('-').and_then(|nth| nth.parse::<usize>().ok()) {
            None if id.len() == 36 && Uuid::try_parse(id).is_ok() => return Ok(id.to_lowercase()),
            None => {
                return Err(format!(
                    "Failed to claim persistent session for chat \"{id}\": Persistent-session chat ID must be a UUID"
                ));
            }
            Some(nth) => nth,
        },
        (None, true) => 1,
        (None, false) => return Ok(Uuid::new_v4().to_string()),
    };
    chat::latest(workspace, nth).ok_or_else(|| "Error: No previous chats found.".to_owned())
}

/// The directory to work in, as it physically is.
pub fn workspace(cli: &Cli) -> io::Result<PathBuf> {
    match &cli.workspace {
        Some(path) => path.canonicalize(),
        None => std::env::current_dir()?.canonicalize(),
    }
}
