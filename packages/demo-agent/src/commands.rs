//! The commands beside a prompt: version, help, account, models, chats. Each gives its exit code.

use std::{env, thread, time::Duration};

use serde_json::json;

use crate::{
    VERSION,
    account::{self, Account},
    chat::Chat,
    cli::Cli,
    preflight::{self, MODELS},
    print, signals,
    switches::Switches,
};

const HELP: &str = include_str!("help.txt");

pub fn run(cli: &Cli, args: &[String]) -> u8 {
    let switches = Switches::from_environment();
    match cli.command.as_deref() {
        None | Some("agent") => print::run(cli, switches, args),
        Some("--version") => tell(VERSION),
        Some("help") => tell(HELP.trim_end()),
        Some("status" | "whoami") => status(cli, &switches),
        Some("about") => about(cli),
        Some("models") => models(cli, &switches),
        Some("create-chat") => create_chat(cli),
        Some("login") => login(&switches),
        Some("logout") => done(account::log_out(), "Logged out successfully"),
        Some("update") => tell("The demo agent comes with its server and is updated with it."),
        Some(other) => {
            eprintln!("Error: the demo agent has no `{other}`.");
            1
        }
    }
}

fn status(cli: &Cli, switches: &Switches) -> u8 {
    let logged_in = matches!(account::current(cli, switches), Account::Known(_));
    if !cli.json {
        return if logged_in { tell(&format!("✓ Logged in as {}", account::EMAIL)) } else { tell("Not logged in") };
    }
    let status = if logged_in {
        let user = json!({
            "email": account::EMAIL, "userId": 1, "firstName": "Demo", "lastName": "User", "createdAt": "2026-10-01T00:00:00.000Z",
        });
        json!({
            "status": "authenticated", "isAuthenticated": true, "hasAccessToken": true, "hasRefreshToken": true, "userInfo": user,
        })
    } else {
        json!({
            "status": "unauthenticated", "isAuthenticated": false, "hasAccessToken": false, "hasRefreshToken": false,
            "message": "Not logged in",
        })
    };
    tell(&status.to_string())
}

fn about(cli: &Cli) -> u8 {
    let variable = |name: &str| env::var(name).ok();
    let about = json!({
        "cliVersion": VERSION,
        "latestStatus": "latest",
        "latestVersion": VERSION,
        "model": preflight::MODEL_NAME,
        "subscriptionTier": "Demo",
        "osPlatform": env::consts::OS,
        "osArch": env::consts::ARCH,
        "userEmail": account::EMAIL,
        "terminalProgram": variable("TERM_PROGRAM"),
        "shell": variable("SHELL"),
        "lastRequestId": null,
    });
    if cli.json {
        return tell(&about.to_string());
    }
    tell(&format!(
        "About Cursor CLI\n\nCLI Version         {VERSION}\nModel               {}\nUser Email          {}",
        preflight::MODEL_NAME,
        account::EMAIL
    ))
}

fn models(cli: &Cli, switches: &Switches) -> u8 {
    if !matches!(account::current(cli, switches), Account::Known(_)) {
        eprintln!(
            "Error: Authentication required. Run 'agent login', pass --api-key/--auth-token, or set CURSOR_API_KEY/CURSOR_AUTH_TOKEN."
        );
        return 1;
    }
    let list: Vec<String> = MODELS.iter().map(|(id, name)| format!("{id} - {name}")).collect();
    tell(&format!("Available models\n\n{}\n\nTip: use --model <id> to choose one.", list.join("\n")))
}

fn create_chat(cli: &Cli) -> u8 {
    let id = uuid::Uuid::new_v4().to_string();
    let created = preflight::workspace(cli).and_then(|workspace| Chat::open(&workspace, &id)?.save(false));
    done(created, &id)
}

fn login(switches: &Switches) -> u8 {
    println!("Open this link in your browser to log in (demo, nothing to do there):");
    println!("https://cursor.com/loginDeepControl?challenge=demo&uuid={}&mode=login&redirectTarget=cli", uuid::Uuid::new_v4());
    if switches.get("login") == Some("wait") {
        signals::install(false);
        loop {
            thread::sleep(Duration::from_secs(3600));
        }
    }
    done(account::log_in(), "Login successful")
}

fn done(result: std::io::Result<()>, words: &str) -> u8 {
    match result {
        Ok(()) => tell(words),
        Err(error) => {
            eprintln!("Error: {error}");
            1
        }
    }
}

fn tell(words: &str) -> u8 {
    println!("{words}");
    0
}
