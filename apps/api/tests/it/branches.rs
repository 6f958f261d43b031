//! Getting the work out of a workspace: commit, push, update, apply, patch, and git itself.

use std::{fs, net::SocketAddr, path::Path};

use axum::http::{Method, StatusCode};
use git_servers::{HttpServer, git};
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    workspaces::{create, created, repository},
};

async fn signed() -> TestApp {
    let test = TestApp::new().await;
    let body = json!({ "commitName": "Me", "commitEmail": "me@example.com" }).to_string();
    let answer = test.raw(Method::PATCH, "/v1/workspace-settings", body).await;
    assert_eq!((answer.status, &answer.json["commitName"]), (StatusCode::OK, &json!("Me")), "{}", answer.json);
    test
}

async fn done(test: &TestApp, agent: &str, what: &str, body: Value) -> Value {
    let answer = test.post(&format!("/v1/agents/{agent}/{what}"), body).await;
    assert_eq!(answer.status, StatusCode::OK, "{what}: {}", answer.json);
    answer.json
}

async fn refused(test: &TestApp, agent: &str, what: &str, body: Value) -> Value {
    let answer = test.post(&format!("/v1/agents/{agent}/{what}"), body).await;
    assert!(answer.status.is_client_error() || answer.status == StatusCode::BAD_GATEWAY, "{what}: {}", answer.json);
    answer.json["error"].clone()
}

/// The server behind a socket.
async fn listen(test: &TestApp) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = test.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Runs git where it does not keep the server from its thread.
async fn run_git(directory: &Path, args: &[&str]) -> std::io::Result<String> {
    let (directory, args) = (directory.to_owned(), args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>());
    tokio::task::spawn_blocking(move || git(&directory, &args.iter().map(String::as_str).collect::<Vec<_>>())).await.unwrap()
}

#[tokio::test]
async fn work_is_committed_pushed_and_updated_over_http() {
    let test = signed().await;
    let project = repository(&test, "project");
    let server = HttpServer::start(&test.directory.path().join("served"), Some(("me", "s3cret"))).await.unwrap();
    let url = server.url("project/.git");
    let scope = url.split("/project").next().unwrap();
    let kept = json!({ "scope": scope, "username": "me", "token": "s3cret" }).to_string();
    assert_eq!(test.raw(Method::PUT, "/v1/git-credentials", kept).await.status, StatusCode::OK);
    let (agent, run, path) = created(&test, json!({ "repos": [{ "url": url }], "branchName": "feature/mine" })).await;
    assert_eq!(run["status"], "FINISHED", "{run}");
    assert_eq!(refused(&test, &agent, "commit", json!({})).await["code"], "nothing_to_commit");
    fs::write(path.join("new.txt"), "new\n").unwrap();
    let workspace = test.get(&format!("/v1/agents/{agent}/workspace")).await.json;
    assert_eq!(
        (&workspace["repositories"][0]["uncommitted"], &workspace["repositories"][0]["branch"]),
        (&json!(1), &json!("feature/mine")),
        "{workspace}"
    );
    assert!(workspace["sizeBytes"].as_u64().unwrap() > 0);
    let committed = done(&test, &agent, "commit", json!({ "message": "Add a file" })).await;
    let commit = committed["items"][0]["commit"].as_str().unwrap().to_owned();
    let pushed = done(&test, &agent, "push", json!({})).await;
    assert_eq!((&pushed["items"][0]["branch"], &pushed["items"][0]["commit"]), (&json!("feature/mine"), &json!(commit)));
    assert_eq!(project.git(["log", "-1", "--format=%an %ae %s", "feature/mine"]).unwrap(), "Me me@example.com Add a file");
    let run = run["id"].as_str().unwrap();
    let branches = test.get(&format!("/v1/agents/{agent}/runs/{run}")).await.json["git"]["branches"].clone();
    assert_eq!((&branches[0]["branch"], &branches[0]["pushed"]), (&json!("feature/mine"), &json!(true)));
    // The base moves on.
    project.commit("README.md", "# Project\n\nHello, all.\n").unwrap();
    let updated = done(&test, &agent, "update", json!({ "method": "rebase" })).await;
    assert_eq!((&updated["items"][0]["state"], &updated["items"][0]["commits"]), (&json!("updated"), &json!(1)));
    assert_eq!(fs::read_to_string(path.join("README.md")).unwrap(), "# Project\n\nHello, all.\n");
    // What came in is not the chat's work.
    let diff = test.get(&format!("/v1/agents/{agent}/diff")).await.json;
    assert_eq!(diff["files"].as_array().unwrap().iter().map(|file| &file["path"]).collect::<Vec<_>>(), ["new.txt"], "{diff}");
    // It cannot be pushed without force, and says so.
    let rejected = refused(&test, &agent, "push", json!({})).await;
    assert!(
        rejected["code"] == "push_rejected" && rejected["message"].as_str().unwrap().contains("non-fast-forward"),
        "{rejected}"
    );
    // A conflict is left to be resolved, or ended.
    fs::write(path.join("README.md"), "mine\n").unwrap();
    assert_eq!(refused(&test, &agent, "update", json!({ "method": "merge" })).await["code"], "uncommitted_changes");
    done(&test, &agent, "commit", json!({})).await;
    project.commit("README.md", "theirs\n").unwrap();
    let conflict = done(&test, &agent, "update", json!({ "method": "merge" })).await;
    assert_eq!(
        (&conflict["items"][0]["state"], &conflict["items"][0]["conflicts"]),
        (&json!("conflicts"), &json!(["README.md"]))
    );
    let workspace = test.get(&format!("/v1/agents/{agent}/workspace")).await.json;
    assert_eq!(
        (&workspace["repositories"][0]["merging"], &workspace["repositories"][0]["conflicts"]),
        (&json!(true), &json!(["README.md"]))
    );
    assert_eq!(refused(&test, &agent, "commit", json!({})).await["code"], "unresolved_conflicts");
    done(&test, &agent, "update/abort", json!({})).await;
    assert_eq!(fs::read_to_string(path.join("README.md")).unwrap(), "mine\n");
}

#[tokio::test]
async fn a_copy_s_changes_come_home_or_change_nothing() {
    let test = signed().await;
    let original = repository(&test, "project");
    fs::write(original.path().join("mine.txt"), "not committed\n").unwrap();
    let (agent, _, path) =
        created(&test, json!({ "workspace": { "type": "local", "path": original.path(), "copy": true } })).await;
    fs::write(path.join("README.md"), "# Better\n").unwrap();
    fs::write(path.join("picture.bin"), [0, 1, 2, 255, 0]).unwrap();
    let patch = test.get(&format!("/v1/agents/{agent}/diff?hunks=false")).await.json;
    assert_eq!(patch["totalFiles"], 2, "{patch}");
    fs::write(original.path().join("README.md"), "# Mine\n").unwrap();
    let conflict = refused(&test, &agent, "apply", json!({})).await;
    assert_eq!((&conflict["code"], &conflict["conflicts"]), (&json!("apply_conflict"), &json!(["README.md"])));
    assert!(!original.path().join("picture.bin").exists());
    fs::write(original.path().join("README.md"), "# Project\n\nHello.\n").unwrap();
    let applied = done(&test, &agent, "apply", json!({})).await;
    assert_eq!(applied["files"], 2);
    assert_eq!(fs::read(original.path().join("README.md")).unwrap(), b"# Better\n");
    assert_eq!(fs::read(original.path().join("picture.bin")).unwrap(), [0, 1, 2, 255, 0]);
    assert_eq!(original.git(["diff", "--cached", "--name-only"]).unwrap(), "", "nothing is staged");
    // And again, with what came since.
    fs::write(path.join("README.md"), "# Better still\n").unwrap();
    assert_eq!(done(&test, &agent, "apply", json!({})).await["files"], 1);
    assert_eq!(fs::read(original.path().join("README.md")).unwrap(), b"# Better still\n");
    // The base of a copy is the original's branch.
    done(&test, &agent, "commit", json!({})).await;
    original.git(["checkout", "--quiet", "."]).unwrap();
    original.commit("more.txt", "more\n").unwrap();
    fs::remove_file(original.path().join("mine.txt")).ok();
    let updated = done(&test, &agent, "update", json!({ "method": "merge" })).await;
    assert!(updated["items"][0]["state"] == "updated" || updated["items"][0]["state"] == "conflicts", "{updated}");
}

#[tokio::test]
async fn what_an_agent_ignores_is_not_taken_for_deleted() {
    let test = signed().await;
    let original = repository(&test, "project");
    fs::write(original.path().join("notes.txt"), "mine, and nowhere else\n").unwrap();
    let (agent, _, path) =
        created(&test, json!({ "workspace": { "type": "local", "path": original.path(), "copy": true } })).await;
    fs::write(path.join(".gitignore"), "notes.txt\n").unwrap();
    let diff = test.get(&format!("/v1/agents/{agent}/diff")).await.json;
    assert_eq!(diff["files"].as_array().unwrap().iter().map(|file| &file["path"]).collect::<Vec<_>>(), [".gitignore"], "{diff}");
    assert_eq!(done(&test, &agent, "apply", json!({})).await["files"], 1);
    assert_eq!(fs::read_to_string(original.path().join("notes.txt")).unwrap(), "mine, and nowhere else\n");
}

#[tokio::test]
async fn a_directory_of_the_user_s_is_left_to_the_user() {
    let test = signed().await;
    let project = repository(&test, "project");
    let (agent, _, _) = created(&test, json!({ "workspace": { "type": "local", "path": project.path() } })).await;
    fs::write(project.path().join("x"), "x").unwrap();
    for what in ["commit", "push", "update/abort"] {
        assert_eq!(refused(&test, &agent, what, json!({})).await["code"], "your_own_directory", "{what}");
    }
    assert_eq!(refused(&test, &agent, "apply", json!({})).await["code"], "not_a_repository");
    let workspace = test.get(&format!("/v1/agents/{agent}/workspace")).await.json;
    assert_eq!(
        (&workspace["repositories"][0]["writable"], &workspace["repositories"][0]["uncommitted"]),
        (&json!(false), &json!(1))
    );
}

#[tokio::test]
async fn git_itself_fetches_and_pushes_with_a_key() {
    let test = signed().await;
    let (agent, _, path) = created(&test, json!({})).await;
    fs::write(path.join("a.txt"), "one\n").unwrap();
    done(&test, &agent, "commit", json!({})).await;
    let address = listen(&test).await;
    let url = format!("http://key:{}@{address}/git/{agent}", test.key);
    let home = test.directory.path().to_owned();
    run_git(&home, &["clone", "--quiet", &url, "clone"]).await.unwrap();
    let clone = home.join("clone");
    assert_eq!(fs::read_to_string(clone.join("a.txt")).unwrap(), "one\n");
    fs::write(clone.join("a.txt"), "two\n").unwrap();
    let committed = ["-c", "user.name=Me", "-c", "user.email=me@example.com", "commit", "--quiet", "-am", "Two"];
    run_git(&clone, &committed).await.unwrap();
    run_git(&clone, &["push", "--quiet", "origin", "HEAD"]).await.unwrap();
    assert_eq!(fs::read_to_string(path.join("a.txt")).unwrap(), "two\n", "the files go along");
    let other = format!("http://key:{}@{address}/git/{agent}", "wrong");
    assert!(run_git(&home, &["ls-remote", &other]).await.unwrap_err().to_string().contains("Authentication failed"));
    assert!(run_git(&home, &["-c", "core.askPass=", "ls-remote", &format!("http://{address}/git/{agent}")]).await.is_err());
    // What is not committed is not overwritten.
    fs::write(path.join("a.txt"), "mine\n").unwrap();
    fs::write(clone.join("a.txt"), "three\n").unwrap();
    run_git(&clone, &committed).await.unwrap();
    assert!(run_git(&clone, &["push", "origin", "HEAD"]).await.is_err());
    assert_eq!(fs::read_to_string(path.join("a.txt")).unwrap(), "mine\n");
    fs::write(path.join("a.txt"), "two\n").unwrap();
    // Not while a run works there.
    let run = test.follow_up(&agent, "#demo chunks=100000 rate=50").await;
    test.stream_until(&format!("/v1/agents/{agent}/runs/{run}/stream"), |events| {
        events.iter().any(|event| event.name == "assistant")
    })
    .await;
    assert!(run_git(&clone, &["push", "origin", "HEAD"]).await.is_err());
    for what in ["commit", "update/abort"] {
        assert_eq!(refused(&test, &agent, what, json!({})).await["code"], "workspace_busy");
    }
    run_git(&clone, &["fetch", "--quiet"]).await.unwrap();
    test.empty(Method::POST, &format!("/v1/agents/{agent}/runs/{run}/cancel")).await;
}

#[tokio::test]
async fn git_finds_nothing_but_its_three_addresses() {
    let test = signed().await;
    let (agent, _, _) = created(&test, json!({})).await;
    for rest in
        ["HEAD", "config", "objects/info/packs", "../../key", "x/info/refs?service=git-upload-pack", "info/refs/../../config"]
    {
        let answer = test.get(&format!("/git/{agent}/{rest}")).await;
        assert!(
            matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST | StatusCode::CONFLICT),
            "{rest}: {}",
            answer.status
        );
    }
    let nobody = axum::http::Request::get(format!("/git/{agent}/info/refs?service=git-upload-pack"))
        .header("host", "localhost")
        .body(axum::body::Body::empty());
    assert_eq!(test.send(nobody.unwrap()).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn several_at_once_work_in_one_branch_of_one_repository() {
    let test = signed().await;
    let url = format!("file://{}", repository(&test, "project").path().display());
    let body = json!({ "repos": [{ "url": url, "startingRef": "main" }], "workOnCurrentBranch": true });
    let all = futures_util::future::join_all((0..4).map(|_| create(&test, body.clone()))).await;
    for answer in all {
        let id = |what: &str| answer.json[what]["id"].as_str().unwrap().to_owned();
        let run = test.ended(&id("agent"), &id("run")).await;
        assert_eq!((&run["status"], &run["git"]["branches"][0]["branch"]), (&json!("FINISHED"), &json!("main")), "{run}");
    }
}
