//! Starting, ending and killing the program, and the command line beside it.

use std::{os::unix::fs::PermissionsExt, path::Path};

use rustix::process::Signal;
use serde_json::Value;

use crate::{
    app::cursor_script,
    program::{Server, data_dir, last_line, run},
};

fn key(home: &Path) -> String {
    let data = data_dir(home);
    last_line(&run(home, &["keys", "create", "--name", "script", "--data-dir", data.to_str().unwrap()]))
}

#[test]
fn a_key_made_beside_a_running_server_is_valid_at_once_until_revoked() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), "127.0.0.1:0", &[]);
    assert_eq!(server.get("/healthz", "").0, 200);
    let mode = |name: &str| std::fs::metadata(data_dir(home.path()).join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(""), mode("db.sqlite"), mode("db.sqlite-wal"), mode("key")), (0o700, 0o600, 0o600, 0o600));
    let key = key(home.path());
    assert_eq!(server.get("/v1/me", &key).0, 200);
    let data = data_dir(home.path());
    let listed = run(home.path(), &["keys", "list", "--data-dir", data.to_str().unwrap()]);
    assert!(last_line(&listed).contains("script"));
    assert!(run(home.path(), &["keys", "revoke", "script", "--data-dir", data.to_str().unwrap()]).status.success());
    assert_eq!(server.get("/v1/me", &key).0, 401);
    let link = last_line(&run(home.path(), &["link", "--data-dir", data.to_str().unwrap()]));
    assert!(link.starts_with(&format!("{}/sign-in?token=", server.url)), "{link}");
}

#[test]
fn a_second_server_on_one_data_directory_ends_at_once_with_a_link_into_the_first() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), "127.0.0.1:0", &[]);
    let data = data_dir(home.path());
    let second = run(home.path(), &["serve", "--listen", "127.0.0.1:0", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&second.stderr).contains(&format!("process {}", server.child.id())));
    assert!(last_line(&second).starts_with(&server.url));
}

#[test]
fn a_port_that_is_taken_is_told_with_its_owner() {
    let home = tempfile::tempdir().unwrap();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = other.local_addr().unwrap().to_string();
    let output = run(home.path(), &["serve", "--listen", &listen, "--data-dir", data_dir(home.path()).to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && said.contains(&format!("process {}", std::process::id())) && said.contains("--listen"),
        "{said}"
    );
}

#[test]
fn after_a_kill_the_same_port_is_listened_on_and_the_run_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let cursor = cursor_script(home.path(), "");
    let more = ["--cursor-bin", cursor.to_str().unwrap()];
    let mut server = Server::start(home.path(), "127.0.0.1:0", &more);
    let (listen, key) = (server.address(), key(home.path()));
    let body = r##"{"prompt":{"text":"#demo chunks=400 rate=200"}}"##;
    let (status, created) = server.post("/v1/agents", &key, body);
    assert_eq!(status, 201, "{created}");
    let created: Value = serde_json::from_str(&created).unwrap();
    let path = format!("/v1/agents/{}/runs/{}", created["agent"]["id"].as_str().unwrap(), created["run"]["id"].as_str().unwrap());
    server.signal(Signal::KILL);
    server.child.wait().unwrap();
    let next = Server::start(home.path(), &listen, &more);
    let (_, events) = next.get(&format!("{path}/stream"), &key);
    assert!(events.trim_end().ends_with("event: done\ndata: {}"), "{events}");
    let numbers: Vec<u64> =
        events.lines().filter_map(|line| line.strip_prefix("id: ")?.rsplit('-').next()?.parse().ok()).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "no number twice");
    let run: Value = serde_json::from_str(&next.get(&path, &key).1).unwrap();
    assert_eq!(run["status"], "FINISHED");
}

#[test]
fn ending_the_server_leaves_the_runs_and_stop_ends_them() {
    let home = tempfile::tempdir().unwrap();
    let cursor = cursor_script(home.path(), "");
    let mut server = Server::start(home.path(), "127.0.0.1:0", &["--cursor-bin", cursor.to_str().unwrap()]);
    let key = key(home.path());
    let (_, created) = server.post("/v1/agents", &key, r##"{"prompt":{"text":"#demo pace=0 silent=600"}}"##);
    let created: Value = serde_json::from_str(&created).unwrap();
    let run_id = created["run"]["id"].as_str().unwrap().to_owned();
    let data = data_dir(home.path());
    let instance = std::fs::read_to_string(data.join("instance")).unwrap();
    let mark = format!("{instance}/{run_id}");
    let path = format!("/v1/agents/{}/runs/{run_id}", created["agent"]["id"].as_str().unwrap());
    while !server.get(&path, &key).1.contains("RUNNING") {
        std::thread::yield_now();
    }
    server.signal(Signal::TERM);
    assert!(server.child.wait().unwrap().success());
    assert!(!crate::contract::processes_with(&mark).is_empty(), "the run goes on");
    let stopped = run(home.path(), &["stop", "--all", "--data-dir", data.to_str().unwrap()]);
    assert_eq!(last_line(&stopped), "Ended 1 run.");
    assert!(crate::contract::processes_with(&mark).is_empty());
    assert_eq!(last_line(&run(home.path(), &["stop", "--all", "--data-dir", data.to_str().unwrap()])), "No run is live.");
}

#[test]
fn chats_of_the_cli_are_listed_opened_and_continued_from_a_copy() {
    let home = tempfile::tempdir().unwrap();
    let project = home.path().join("project");
    std::fs::create_dir(&project).unwrap();
    let cursor = cursor_script(home.path(), "");
    let session = uuid::Uuid::new_v4().to_string();
    let mut terminal = std::process::Command::new(&cursor);
    terminal.env_clear().env("PATH", "/usr/bin:/bin").env("HOME", home.path()).current_dir(&project);
    terminal.args([
        "-p",
        "--output-format",
        "stream-json",
        "--trust",
        &format!("--resume={session}"),
        "#demo pace=0\nlist the files",
    ]);
    assert!(terminal.stdin(std::process::Stdio::null()).output().unwrap().status.success());
    let original = home.path().join(".cursor");
    let before = snapshot(&original);
    let server = Server::start(home.path(), "127.0.0.1:0", &["--cursor-bin", cursor.to_str().unwrap()]);
    let key = key(home.path());
    let chats: Value = serde_json::from_str(&server.get("/v1/cli-chats", &key).1).unwrap();
    assert_eq!(chats["items"][0]["id"].as_str(), Some(session.as_str()), "{chats}");
    let directory = chats["items"][0]["directory"].as_str().unwrap();
    let opened: Value =
        serde_json::from_str(&server.get(&format!("/v1/cli-chats/{session}?directory={directory}"), &key).1).unwrap();
    assert!(opened["items"][0]["text"].as_str().unwrap().contains("list the files"), "{opened}");
    let body = serde_json::json!({ "prompt": { "text": "what did I ask before?" }, "workspace": { "type": "local", "path": directory }, "cliChat": { "id": session, "directory": directory } });
    let (status, created) = server.post("/v1/agents", &key, &body.to_string());
    assert_eq!(status, 201, "{created}");
    let created: Value = serde_json::from_str(&created).unwrap();
    let (agent, run_id) = (created["agent"]["id"].as_str().unwrap(), created["run"]["id"].as_str().unwrap());
    server.get(&format!("/v1/agents/{agent}/runs/{run_id}/stream"), &key);
    let steps: Value = serde_json::from_str(&server.get(&format!("/v1/agents/{agent}/steps"), &key).1).unwrap();
    let items = steps["items"].as_array().unwrap();
    assert!(items.last().unwrap()["text"].as_str().unwrap().contains("list the files"), "the history came along: {steps}");
    assert!(items[0]["text"].as_str().unwrap().contains("list the files"), "the program remembers: {}", items[0]);
    assert_eq!(snapshot(&original), before, "the user's own chats are untouched");
    let chats: Value = serde_json::from_str(&server.get("/v1/cli-chats", &key).1).unwrap();
    assert_eq!(chats["items"][0]["agentId"].as_str(), Some(agent));
}

#[test]
fn the_end_of_a_run_is_told_to_a_command() {
    let home = tempfile::tempdir().unwrap();
    let cursor = cursor_script(home.path(), "");
    let told = home.path().join("told");
    std::process::Command::new("mkfifo").arg(&told).status().unwrap();
    let hook = format!("cat > {}", told.display());
    let server = Server::start(home.path(), "127.0.0.1:0", &["--cursor-bin", cursor.to_str().unwrap(), "--on-run-end", &hook]);
    let (status, _) = server.post("/v1/agents", &key(home.path()), r##"{"prompt":{"text":"#demo pace=0"}}"##);
    assert_eq!(status, 201);
    let event: Value = serde_json::from_str(&std::fs::read_to_string(&told).unwrap()).unwrap();
    assert_eq!((event["event"].as_str(), event["run"]["status"].as_str()), (Some("run_ended"), Some("FINISHED")));
}

#[test]
fn the_command_line_says_what_to_do_next() {
    let home = tempfile::tempdir().unwrap();
    let data = data_dir(home.path());
    let data = data.to_str().unwrap();
    assert!(run(home.path(), &["keys", "create", "--name", "first", "--data-dir", data]).status.success());
    for (arguments, said) in [
        (vec!["link", "--data-dir", "/nowhere/data"], "--data-dir"),
        (vec!["keys", "list", "--data-dir", "/nowhere/data"], "--data-dir"),
        (vec!["link", "--data-dir", data], "cursor-selfhost serve --data-dir"),
        (vec!["serve", "--listen", "nonsense", "--data-dir", data], "127.0.0.1:4310"),
        (vec!["serve", "--listen", "0.0.0.0:0", "--data-dir", data], "cursor-selfhost passwd"),
        (vec!["stop", "--data-dir", data], "stop --all"),
        (vec!["keys", "revoke", "x", "--data-dir", data], "keys list"),
        (vec!["serve", "--base-path", "/a b", "--data-dir", data], "--base-path"),
    ] {
        let output = run(home.path(), &arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && stderr.contains(said), "{arguments:?}: {stderr}");
    }
    std::fs::write(data_dir(home.path()).join("config.toml"), "listne = \"x\"\n").unwrap();
    let output = run(home.path(), &["serve", "--data-dir", data]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("listne"));
    let version = run(home.path(), &["--version"]);
    assert_eq!(last_line(&version), format!("cursor-selfhost {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn doctor_names_what_is_missing_with_its_remedy() {
    let home = tempfile::tempdir().unwrap();
    let output = run(home.path(), &["doctor", "--data-dir", data_dir(home.path()).to_str().unwrap(), "--listen", "127.0.0.1:0"]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        !output.status.success() && said.contains("cursor.com/install") && said.contains("Git") && said.contains("Port"),
        "{said}"
    );
    let cursor = cursor_script(home.path(), "");
    let output = run(
        home.path(),
        &[
            "doctor",
            "--data-dir",
            data_dir(home.path()).to_str().unwrap(),
            "--cursor-bin",
            cursor.to_str().unwrap(),
            "--listen",
            "127.0.0.1:0",
        ],
    );
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("2026.10.01-e373342") && said.contains("3 to choose from"), "{said}");
}

fn snapshot(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(snapshot(&path));
        } else {
            files.push((path.to_string_lossy().into_owned(), std::fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}

#[test]
fn the_clean_up_is_done_beside_a_server_and_says_what_it_freed() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(home.path(), "127.0.0.1:0", &[]);
    let (key, data) = (key(home.path()), data_dir(home.path()));
    let body = r##"{"prompt":{"text":"#demo pace=0 big=100000"},"driver":"demo"}"##;
    let created: Value = serde_json::from_str(&server.post("/v1/agents", &key, body).1).unwrap();
    let path = format!("/v1/agents/{}/runs/{}", created["agent"]["id"].as_str().unwrap(), created["run"]["id"].as_str().unwrap());
    server.get(&format!("{path}/stream"), &key);
    let gc = |more: &[&str]| last_line(&run(home.path(), &[&["gc", "--data-dir", data.to_str().unwrap()], more].concat()));
    let said = gc(&[]);
    assert!(said.starts_with("1 run log compressed: 0.") && said.ends_with(" MB freed."), "{said}");
    assert_eq!(gc(&[]), "Nothing to clean up.");
    assert!(gc(&["--keep-run-logs-days", "0"]).starts_with("1 run directory removed: "));
    assert_eq!(server.get(&format!("{path}/stream"), &key).0, 410);
}

#[test]
fn a_service_is_installed_for_the_user_and_removed_again() {
    let home = tempfile::tempdir().unwrap();
    let unit = home.path().join(".config/systemd/user/cursor-selfhost.service");
    let installed = run(home.path(), &["service", "install", "--listen", "127.0.0.1:5011"]);
    assert!(installed.status.success(), "{}", String::from_utf8_lossy(&installed.stderr));
    assert!(String::from_utf8_lossy(&installed.stdout).contains("systemctl --user enable cursor-selfhost"));
    let text = std::fs::read_to_string(&unit).unwrap();
    assert!(text.contains("KillMode=process") && text.contains("\"--listen\" \"127.0.0.1:5011\""), "{text}");
    assert!(text.contains(crate::app::PROGRAM), "{text}");
    let usual = home.path().join(".local/share/cursor-selfhost");
    assert!(text.contains(&format!("\"--data-dir\" \"{}\"", usual.display())), "whatever its own environment says: {text}");
    let injected = ["service", "install", "--print", "--system", "--run-as", "root\nExecStartPre=/bin/true"];
    assert!(!run(home.path(), &injected).status.success());
    let system = run(home.path(), &["service", "install", "--print", "--system", "--run-as", "root"]);
    let system = String::from_utf8_lossy(&system.stdout);
    assert!(system.contains("\nUser=root\n") && system.contains("/root/.local/share/cursor-selfhost"), "{system}");
    let wrong = run(home.path(), &["service", "install", "--listen", "nowhere"]);
    assert!(!wrong.status.success() && std::fs::read_to_string(&unit).unwrap() == text, "what is wrong changes nothing");
    assert!(run(home.path(), &["service", "uninstall"]).status.success() && !unit.exists());
}
