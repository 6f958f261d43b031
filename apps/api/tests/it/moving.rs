//! A data directory that is backed up and restored, moved, or copied: its chats go on, and nothing of the
//! first one is harmed by the second.

use std::{os::unix::fs::PermissionsExt, path::Path, process::Command};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::{
    contract::processes_with,
    program::{Server, data_dir, last_line, run},
};

const ASKED: &str = "the colour of the bicycle is green";

struct Chats {
    key: String,
    /// A chat with one run that has ended.
    agent: String,
    /// One that works on and on: its agent and its run.
    live: (String, String),
}

fn post(server: &Server, key: &str, path: &str, body: &Value) -> Value {
    let (status, answer) = server.post(path, key, &body.to_string());
    assert!((200..300).contains(&status), "{path}: {answer}");
    serde_json::from_str(&answer).unwrap()
}

/// Sends a prompt to a chat and returns what it answered.
fn answer(server: &Server, key: &str, agent: &str, prompt: &str) -> String {
    let created = post(server, key, &format!("/v1/agents/{agent}/runs"), &json!({ "prompt": { "text": prompt } }));
    ended(server, key, agent, created["run"]["id"].as_str().unwrap())["result"].as_str().unwrap().to_owned()
}

fn ended(server: &Server, key: &str, agent: &str, run: &str) -> Value {
    let path = format!("/v1/agents/{agent}/runs/{run}");
    server.get(&format!("{path}/stream"), key);
    serde_json::from_str(&server.get(&path, key).1).unwrap()
}

fn chats(home: &Path, server: &Server) -> Chats {
    let key = last_line(&run(home, &["keys", "create", "--name", "k", "--data-dir", data_dir(home).to_str().unwrap()]));
    let create = |prompt: &str| {
        let created = post(server, &key, "/v1/agents", &json!({ "prompt": { "text": prompt }, "driver": "demo" }));
        (created["agent"]["id"].as_str().unwrap().to_owned(), created["run"]["id"].as_str().unwrap().to_owned())
    };
    let (agent, first) = create(&format!("#demo pace=0\n{ASKED}"));
    assert_eq!(ended(server, &key, &agent, &first)["status"], "FINISHED");
    let live = create("#demo pace=0 silent=600\nwait");
    let path = format!("/v1/agents/{}/runs/{}", live.0, live.1);
    while !server.get(&path, &key).1.contains("RUNNING") {
        std::thread::yield_now();
    }
    Chats { key, agent, live }
}

fn mark(home: &Path, run: &str) -> String {
    format!("{}/{run}", std::fs::read_to_string(data_dir(home).join("instance")).unwrap())
}

/// The chat remembers what was said, and so it is the same one.
fn goes_on(server: &Server, chats: &Chats) {
    let said = answer(server, &chats.key, &chats.agent, "#demo pace=0\nwhat did I ask before?");
    assert!(said.contains(ASKED), "{said}");
    let steps = server.get(&format!("/v1/agents/{}/steps?limit=100", chats.agent), &chats.key).1;
    assert!(!steps.contains("session_missing"), "{steps}");
}

fn stop_all(home: &Path) {
    assert!(run(home, &["stop", "--all", "--data-dir", data_dir(home).to_str().unwrap()]).status.success());
}

#[test]
fn a_backup_made_beside_a_live_run_goes_on_elsewhere_and_harms_nothing() {
    let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start(home.path(), "127.0.0.1:0", &[]);
    let chats = chats(home.path(), &server);
    // A database that somebody is writing to, in a workspace of ours, beside a directory that is read-only.
    let workspace = data_dir(home.path()).join("workspaces").join(&chats.agent);
    let writing = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let database = writing.block_on(async {
        let database = db::Db::open(&workspace.join("x.db")).await.unwrap();
        db::query::settings::set(&database, "written", "late").await.unwrap();
        database
    });
    assert!(workspace.join("x.db-wal").exists());
    std::fs::create_dir(workspace.join("sealed")).unwrap();
    std::fs::write(workspace.join("sealed/file"), "inside").unwrap();
    std::fs::set_permissions(workspace.join("sealed"), std::fs::Permissions::from_mode(0o555)).unwrap();
    let file = home.path().join("backup.tar.gz");
    let (file_text, data) = (file.to_str().unwrap(), data_dir(home.path()));
    let made = run(home.path(), &["backup", file_text, "--data-dir", data.to_str().unwrap()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "it holds the key");
    let again = run(home.path(), &["backup", file_text, "--data-dir", data.to_str().unwrap()]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("exists"));

    let target = data_dir(elsewhere.path());
    let restored = run(elsewhere.path(), &["restore", file_text, "--data-dir", target.to_str().unwrap()]);
    assert!(restored.status.success(), "{}", String::from_utf8_lossy(&restored.stderr));
    drop(database);
    let restored = target.join("workspaces").join(&chats.agent);
    assert_eq!(std::fs::metadata(restored.join("sealed")).unwrap().permissions().mode() & 0o777, 0o555);
    assert_eq!(std::fs::read_to_string(restored.join("sealed/file")).unwrap(), "inside");
    assert!(!restored.join("x.db-wal").exists());
    let read = writing.block_on(async {
        db::query::settings::get(&db::Db::open(&restored.join("x.db")).await.unwrap(), "written").await.unwrap()
    });
    assert_eq!(read.as_deref(), Some("late"));
    for private in [target.join("db.sqlite"), target.join("key")] {
        assert_eq!(std::fs::metadata(private).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let other = Server::start(elsewhere.path(), "127.0.0.1:0", &[]);
    goes_on(&other, &chats);
    let (agent, live) = &chats.live;
    assert_eq!(ended(&other, &chats.key, agent, live)["status"], "ERROR", "nobody runs it there");
    assert!(!processes_with(&mark(home.path(), live)).is_empty(), "the first one's run was left alone");
    goes_on(&server, &chats);
    let over = run(elsewhere.path(), &["restore", file_text, "--data-dir", target.to_str().unwrap()]);
    assert!(!over.status.success() && String::from_utf8_lossy(&over.stderr).contains("not empty"));
    let foreign = run(elsewhere.path(), &["restore", "/bin/sh", "--data-dir", elsewhere.path().join("x").to_str().unwrap()]);
    assert!(!foreign.status.success() && String::from_utf8_lossy(&foreign.stderr).contains("no backup"));
    stop_all(home.path());
}

#[test]
fn a_directory_that_was_moved_takes_its_chats_along() {
    let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut server = Server::start(home.path(), "127.0.0.1:0", &[]);
    let chats = chats(home.path(), &server);
    let live = mark(home.path(), &chats.live.1);
    server.signal(Signal::KILL);
    server.child.wait().unwrap();
    std::fs::rename(data_dir(home.path()), data_dir(elsewhere.path())).unwrap();
    let other = Server::start(elsewhere.path(), "127.0.0.1:0", &[]);
    goes_on(&other, &chats);
    // Also the live one: its shim knows its directory wherever it stands.
    let path = format!("/v1/agents/{}/runs/{}", chats.live.0, chats.live.1);
    assert!(other.get(&path, &chats.key).1.contains("RUNNING"));
    let (status, said) = other.post(&format!("{path}/cancel"), &chats.key, "");
    assert_eq!(status, 200, "{said}");
    assert!(processes_with(&live).is_empty());
}

#[test]
fn a_copy_beside_the_first_is_another_one() {
    let (home, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let server = Server::start(home.path(), "127.0.0.1:0", &[]);
    let chats = chats(home.path(), &server);
    // One waits for the live one, as a run and as a prompt.
    let patch = format!(
        "curl -s -f -X PATCH -H 'authorization: Bearer {}' {}/v1/limits -d '{{\"concurrentRuns\":1}}'",
        chats.key, server.url
    );
    assert!(Command::new("sh").args(["-c", &patch]).output().unwrap().status.success());
    let waiting =
        post(&server, &chats.key, &format!("/v1/agents/{}/runs", chats.agent), &json!({ "prompt": { "text": "hello" } }));
    let waiting = waiting["run"]["id"].as_str().unwrap();
    let queued = json!({ "prompt": { "text": "later" }, "whenBusy": "queue" });
    post(&server, &chats.key, &format!("/v1/agents/{}/runs", chats.live.0), &queued);
    let copied = Command::new("cp").arg("-a").arg(data_dir(home.path())).arg(data_dir(elsewhere.path())).status().unwrap();
    assert!(copied.success());
    let other = Server::start(elsewhere.path(), "127.0.0.1:0", &[]);
    assert_eq!(ended(&other, &chats.key, &chats.agent, waiting)["status"], "ERROR", "it is the original's to run");
    assert_eq!(ended(&other, &chats.key, &chats.live.0, &chats.live.1)["status"], "ERROR");
    let queue: Value = serde_json::from_str(&other.get(&format!("/v1/agents/{}/queue", chats.live.0), &chats.key).1).unwrap();
    assert_eq!((&queue["total"], &queue["paused"]["reason"]), (&json!(1), &json!("copied")));
    goes_on(&other, &chats);
    assert!(!processes_with(&mark(home.path(), &chats.live.1)).is_empty(), "the first one's run was left alone");
    assert_ne!(mark(home.path(), "r"), mark(elsewhere.path(), "r"));
    stop_all(home.path());
}

/// A chat in a repository; what it works in borrows from a mirror.
fn chat_in_repository(home: &Path, server: &Server, key: &str) -> String {
    let repository = git_servers::Repository::init(&home.join("project")).unwrap();
    repository.commit("README.md", "Hello.\n").unwrap();
    let repos = json!([{ "url": format!("file://{}", repository.path().display()) }]);
    let body = json!({ "prompt": { "text": "#demo pace=0\nwrite a.txt with one" }, "driver": "demo", "repos": repos });
    let created = post(server, key, "/v1/agents", &body);
    let agent = created["agent"]["id"].as_str().unwrap().to_owned();
    assert_eq!(ended(server, key, &agent, created["run"]["id"].as_str().unwrap())["status"], "FINISHED");
    agent
}

/// Its history is whole, its changes are known, and it works on.
fn works_on(home: &Path, server: &Server, key: &str, agent: &str) {
    let workspace = data_dir(home).join("workspaces").join(agent);
    let said = git_servers::git(&workspace, &["fsck", "--full", "--no-dangling"]).unwrap();
    assert!(!said.contains("missing") && !said.contains("error"), "{said}");
    assert!(git_servers::git(&workspace, &["log", "--oneline"]).unwrap().contains("README.md"));
    let (status, diff) = server.get(&format!("/v1/agents/{agent}/diff"), key);
    assert!(status == 200 && diff.contains("a.txt") && !diff.contains("README.md"), "{diff}");
    let created =
        post(server, key, &format!("/v1/agents/{agent}/runs"), &json!({ "prompt": { "text": "#demo pace=0\nread a.txt" } }));
    assert_eq!(ended(server, key, agent, created["run"]["id"].as_str().unwrap())["status"], "FINISHED");
}

#[test]
fn workspaces_that_borrow_are_whole_after_a_move_a_copy_and_a_backup() {
    let (home, moved, copied, restored) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut server = Server::start(home.path(), "127.0.0.1:0", &[]);
    let key =
        last_line(&run(home.path(), &["keys", "create", "--name", "k", "--data-dir", data_dir(home.path()).to_str().unwrap()]));
    let agent = chat_in_repository(home.path(), &server, &key);
    let file = home.path().join("backup.tar.gz");
    assert!(
        run(home.path(), &["backup", file.to_str().unwrap(), "--data-dir", data_dir(home.path()).to_str().unwrap()])
            .status
            .success()
    );
    let target = data_dir(restored.path());
    assert!(run(restored.path(), &["restore", file.to_str().unwrap(), "--data-dir", target.to_str().unwrap()]).status.success());
    server.signal(Signal::TERM);
    server.child.wait().unwrap();
    assert!(Command::new("cp").arg("-a").arg(data_dir(home.path())).arg(data_dir(copied.path())).status().unwrap().success());
    let other = Server::start(copied.path(), "127.0.0.1:0", &[]);
    drop(other);
    std::fs::rename(data_dir(home.path()), data_dir(moved.path())).unwrap();
    // Nothing of the first place is left that could help.
    for home in [&moved, &copied, &restored] {
        let server = Server::start(home.path(), "127.0.0.1:0", &[]);
        works_on(home.path(), &server, &key, &agent);
    }
}
