//! A disk that is full in the midst of a run, and has room again.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::{
    app::PROGRAM,
    program::{Server, data_dir, last_line},
};

const SIZE: &str = "16m";

/// A server whose data directory is a small disk of its own; `None` where nobody may make one.
fn on_a_small_disk(home: &Path) -> Option<Server> {
    fs::create_dir_all(data_dir(home)).unwrap();
    let unshare: &[&str] =
        if rustix::process::geteuid().is_root() { &["--mount"] } else { &["--user", "--map-root-user", "--mount"] };
    let allowed = Command::new("unshare").args(unshare).args(["mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !allowed.is_ok_and(|output| output.status.success()) {
        eprintln!("not tried: no mount may be made here");
        return None;
    }
    let mut words = vec!["unshare"];
    words.extend(unshare);
    words.extend(["sh", "-c", "mount -t tmpfs -o mode=700,size=$0 none \"$1\" && shift && exec \"$@\"", SIZE]);
    let data = data_dir(home);
    words.push(data.to_str().unwrap());
    Some(Server::start_by(&words, home, "127.0.0.1:0", &[]))
}

/// The small disk, seen from outside.
fn disk(server: &Server, home: &Path) -> PathBuf {
    let inside = data_dir(home).canonicalize().unwrap();
    PathBuf::from(format!("/proc/{}/root", server.child.id())).join(inside.strip_prefix("/").unwrap())
}

/// Made from inside: a path through `/proc` is resolved to one outside.
fn key(server: &Server, home: &Path) -> String {
    let root = rustix::process::geteuid().is_root();
    let enter: &[&str] = if root { &["--mount"] } else { &["--user", "--preserve-credentials", "--mount"] };
    let mut command = Command::new("nsenter");
    command.args(["--target", &server.child.id().to_string()]).args(enter).arg(PROGRAM);
    command.args(["keys", "create", "--name", "k", "--data-dir"]).arg(data_dir(home)).env("HOME", home);
    last_line(&command.output().unwrap())
}

fn fill(disk: &Path) -> PathBuf {
    let path = disk.join("fill");
    let mut file = fs::File::create(&path).unwrap();
    for piece in [1 << 16, 1 << 12, 1] {
        while file.write_all(&vec![0; piece]).is_ok() {}
    }
    path
}

fn get(server: &Server, key: &str, path: &str) -> Value {
    serde_json::from_str(&server.get(path, key).1).unwrap()
}

#[test]
fn a_full_disk_ends_the_run_loses_nothing_and_all_works_again_with_room() {
    let home = tempfile::tempdir().unwrap();
    let Some(server) = on_a_small_disk(home.path()) else { return };
    let disk = disk(&server, home.path());
    let key = key(&server, home.path());
    let prompt = |text: &str| json!({ "prompt": { "text": text }, "driver": "demo" }).to_string();
    let (status, created) = server.post("/v1/agents", &key, &prompt("#demo chunks=1000000 rate=2000"));
    assert_eq!(status, 201, "{created}");
    let created: Value = serde_json::from_str(&created).unwrap();
    let agent = format!("/v1/agents/{}", created["agent"]["id"].as_str().unwrap());
    let live = format!("{agent}/runs/{}", created["run"]["id"].as_str().unwrap());
    while !get(&server, &key, &format!("{agent}/steps")).to_string().contains("assistant_message") {
        std::thread::yield_now();
    }
    let filler = fill(&disk);
    // It cannot be written down anywhere else but in what was set aside for it.
    let run_log = disk.join("runs").join(created["run"]["id"].as_str().unwrap()).join("log");
    while !fs::read(&run_log).unwrap().windows(9).any(|window| window == b"disk_full") {
        std::thread::yield_now();
    }
    let (status, said) = server.post(&format!("{agent}/runs"), &key, &prompt("hello"));
    assert!(matches!(status, 507 | 409), "{status} {said}");
    assert!(
        get(&server, &key, &format!("{agent}/steps"))["items"].as_array().unwrap().len() >= 2,
        "what was written can be read"
    );
    fs::remove_file(filler).unwrap();
    let (_, events) = server.get(&format!("{live}/stream"), &key);
    assert!(
        events.contains("event: error") && events.trim_end().ends_with("event: done\ndata: {}"),
        "{}",
        &events[events.len() - 500..]
    );
    let ended = get(&server, &key, &live);
    assert_eq!((&ended["status"], &ended["error"]["code"]), (&json!("ERROR"), &json!("disk_full")));
    let text: String = events
        .split("\n\n")
        .filter(|event| event.contains("event: assistant"))
        .filter_map(|event| serde_json::from_str::<Value>(event.split_once("data: ")?.1).ok())
        .filter_map(|data| data["text"].as_str().map(str::to_owned))
        .collect();
    let stored = get(&server, &key, &format!("{agent}/steps?limit=100"));
    let step = stored["items"].as_array().unwrap().iter().find(|step| step["type"] == "assistant_message").unwrap();
    assert_eq!(step["size"].as_u64().unwrap_or(text.len() as u64), text.len() as u64);
    let (status, again) = server.post(&format!("{agent}/runs"), &key, &prompt("#demo pace=0\nhello"));
    assert_eq!(status, 201, "{again}");
    let again: Value = serde_json::from_str(&again).unwrap();
    let again = format!("{agent}/runs/{}", again["run"]["id"].as_str().unwrap());
    server.get(&format!("{again}/stream"), &key);
    assert_eq!(get(&server, &key, &again)["status"], "FINISHED");
}

#[test]
fn a_repository_that_fills_the_disk_ends_the_run_and_is_cloned_once_there_is_room() {
    let home = tempfile::tempdir().unwrap();
    let Some(server) = on_a_small_disk(home.path()) else { return };
    let disk = disk(&server, home.path());
    let key = key(&server, home.path());
    let repository = git_servers::Repository::init(&home.path().join("project")).unwrap();
    let noise: String = (0..220_000u64).map(|number| format!("{:x}\n", number.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
    repository.commit("big", &noise).unwrap();
    let fill = fill(&disk);
    fs::File::options().write(true).open(&fill).unwrap().set_len(fs::metadata(&fill).unwrap().len() - (2 << 20)).unwrap();
    let repos = json!([{ "url": format!("file://{}", repository.path().display()) }]);
    let body = json!({ "prompt": { "text": "#demo pace=0\nhello" }, "driver": "demo", "repos": repos }).to_string();
    let (status, created) = server.post("/v1/agents", &key, &body);
    assert_eq!(status, 201, "{created}");
    let created: Value = serde_json::from_str(&created).unwrap();
    let agent = format!("/v1/agents/{}", created["agent"]["id"].as_str().unwrap());
    let ended = |run: &str| {
        let since = std::time::Instant::now();
        loop {
            let run = get(&server, &key, &format!("{agent}/runs/{run}"));
            if run["status"] != "CREATING" && run["status"] != "RUNNING" {
                return run;
            }
            assert!(since.elapsed().as_secs() < 60, "it does not end: {run}");
            std::thread::yield_now();
        }
    };
    let run = ended(created["run"]["id"].as_str().unwrap());
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("ERROR"), &json!("disk_full")), "{run}");
    fs::remove_file(fill).unwrap();
    let (status, again) =
        server.post(&format!("{agent}/runs"), &key, &json!({ "prompt": { "text": "#demo pace=0\nhello" } }).to_string());
    assert_eq!(status, 201, "{again}");
    let again: Value = serde_json::from_str(&again).unwrap();
    let run = ended(again["run"]["id"].as_str().unwrap());
    assert_eq!(run["status"], "FINISHED", "{run}");
}
