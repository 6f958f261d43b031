//! The files of a workspace: looked at, taken away, put back.

use std::{fs, os::unix::fs::symlink};

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use http_body_util::BodyExt;
use serde_json::json;
use tower::ServiceExt;

use crate::{
    app::TestApp,
    workspaces::{create, created},
};

#[tokio::test]
async fn files_are_listed_read_found_and_no_path_leads_out() {
    let test = TestApp::new().await;
    fs::create_dir_all(test.project.join("src/deep")).unwrap();
    fs::write(test.project.join("src/deep/main.rs"), "fn main() {}\n").unwrap();
    fs::write(test.directory.path().join("secret"), "secret").unwrap();
    symlink(test.directory.path().join("secret"), test.project.join("link")).unwrap();
    symlink(test.directory.path(), test.project.join("out")).unwrap();
    let (agent, _, _) = created(&test, json!({ "workspace": { "type": "local", "path": test.project } })).await;
    let get = |rest: &str| {
        let path = format!("/v1/agents/{agent}/files{rest}");
        let test = &test;
        async move { test.get(&path).await }
    };
    let top = get("").await.json;
    assert_eq!(top["type"], "directory");
    assert_eq!(top["items"][0]["name"], "src", "{top}");
    let file = get("?path=src/deep/main.rs").await.json;
    assert_eq!((&file["type"], &file["text"]), (&json!("file"), &json!("fn main() {}\n")));
    assert_eq!(get("?query=smain").await.json["items"][0]["path"], "src/deep/main.rs");
    for path in [
        "../secret",
        "/etc/passwd",
        "link",
        "out/secret",
        "src/../../secret",
        "%2e%2e/secret",
        "src%2F..%2F..%2Fsecret",
        "a%00b",
        "..",
        ".git/config",
    ] {
        for address in [format!("?path={path}"), format!("/raw?path={path}")] {
            let answer = get(&address).await;
            assert!(matches!(answer.status.as_u16(), 400 | 403 | 404), "{address}: {} {}", answer.status, answer.json);
        }
        let archive = test.get(&format!("/v1/agents/{agent}/archive?path={path}")).await;
        assert!(matches!(archive.status.as_u16(), 400 | 403 | 404), "{path}: {}", archive.status);
        let diff = test.get(&format!("/v1/agents/{agent}/diff?path={path}")).await;
        assert!(
            diff.status != StatusCode::INTERNAL_SERVER_ERROR && !diff.json.to_string().contains("secret\""),
            "{path}: {}",
            diff.json
        );
    }
}

#[tokio::test]
async fn a_file_is_shown_as_what_cannot_run_and_a_directory_is_an_archive() {
    let test = TestApp::new().await;
    fs::write(test.project.join("page.html"), "<script>alert(1)</script>").unwrap();
    fs::create_dir(test.project.join("inner")).unwrap();
    fs::write(test.project.join("inner/a.txt"), "one\n").unwrap();
    let (agent, _, _) = created(&test, json!({ "workspace": { "type": "local", "path": test.project } })).await;
    let raw = |path: String| {
        let request = test.request(Method::GET, &path).body(Body::empty()).unwrap();
        test.router.clone().oneshot(request)
    };
    let answer = raw(format!("/v1/agents/{agent}/files/raw?path=page.html")).await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    assert!(answer.headers()["content-security-policy"].to_str().unwrap().contains("sandbox"));
    let answer = raw(format!("/v1/agents/{agent}/files/raw?path=page.html&download=true")).await.unwrap();
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("attachment; filename=\"page.html\""));
    let answer = raw(format!("/v1/agents/{agent}/archive?path=inner")).await.unwrap();
    let bytes = answer.into_body().collect().await.unwrap().to_bytes();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(&bytes[..]));
    let names: Vec<_> =
        archive.entries().unwrap().map(|entry| entry.unwrap().path().unwrap().to_string_lossy().into_owned()).collect();
    assert!(names.contains(&"inner/a.txt".to_owned()), "{names:?}");
}

#[tokio::test]
async fn each_run_s_changes_are_known_and_can_be_undone() {
    let test = TestApp::new().await;
    fs::write(test.project.join("mine.txt"), "mine\n").unwrap();
    let (agent, first, _) = created(&test, json!({ "prompt": { "text": "#demo pace=0\nwrite a.txt with one" }, "workspace": { "type": "local", "path": test.project } })).await;
    fs::write(test.project.join("mine.txt"), "by hand\n").unwrap();
    let second = test.follow_up(&agent, "#demo pace=0\nwrite b.txt with two").await;
    test.ended(&agent, &second).await;
    let changed = |query: String| {
        let path = format!("/v1/agents/{agent}/diff{query}");
        let test = &test;
        async move {
            let diff = test.get(&path).await.json;
            let files = diff["files"].as_array().unwrap_or_else(|| unreachable!("{diff}")).clone();
            files.iter().map(|file| file["path"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        }
    };
    assert_eq!(changed(String::new()).await, ["a.txt", "b.txt", "mine.txt"]);
    assert_eq!(changed(format!("?runId={}", first["id"].as_str().unwrap())).await, ["a.txt"]);
    assert_eq!(changed(format!("?runId={second}")).await, ["b.txt"]);
    let kept = test.get(&format!("/v1/agents/{agent}/checkpoints")).await.json["items"].as_array().unwrap().clone();
    let kinds: Vec<_> = kept.iter().map(|kept| kept["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["run_end", "run_start", "run_end", "run_start"]);
    let id = |at: usize| kept[at]["id"].as_str().unwrap().to_owned();
    assert_eq!(changed(format!("?from={}&to={}", id(2), id(1))).await, ["mine.txt"], "by hand, between the runs");
    let restored = test.empty(Method::POST, &format!("/v1/agents/{agent}/checkpoints/{}/restore", id(3))).await.json;
    assert_eq!(
        (&restored["written"], &restored["removed"], &restored["checkpoint"]["kind"]),
        (&json!(1), &json!(2), &json!("before_restore"))
    );
    assert_eq!(fs::read_to_string(test.project.join("mine.txt")).unwrap(), "mine\n");
    assert!(!test.project.join("a.txt").exists());
    let back = format!("/v1/agents/{agent}/checkpoints/{}/restore", restored["checkpoint"]["id"].as_str().unwrap());
    assert_eq!(test.empty(Method::POST, &back).await.status, StatusCode::OK);
    assert!(test.project.join("b.txt").exists());
    let other = test.empty(Method::POST, &format!("/v1/agents/{agent}/checkpoints/cp-x/restore")).await;
    assert_eq!(other.json["error"]["code"], "checkpoint_not_found");
    let live = test.follow_up(&agent, "#demo chunks=100000 rate=50").await;
    test.stream_until(&format!("/v1/agents/{agent}/runs/{live}/stream"), |events| {
        events.iter().any(|event| event.name == "assistant")
    })
    .await;
    assert_eq!(test.empty(Method::POST, &back).await.json["error"]["code"], "workspace_busy");
    test.empty(Method::POST, &format!("/v1/agents/{agent}/runs/{live}/cancel")).await;
}

#[tokio::test]
async fn an_idle_chat_gives_up_its_files_and_has_them_back() {
    let test = TestApp::new().await;
    let (agent, _, path) = created(&test, json!({ "prompt": { "text": "#demo pace=0\nwrite a.txt with one" } })).await;
    fs::write(path.join(".gitignore"), "build\n.env\n").unwrap();
    fs::write(path.join(".env"), "KEY=1\n").unwrap();
    fs::create_dir(path.join("build")).unwrap();
    fs::write(path.join("build/out"), vec![b'x'; 200_000]).unwrap();
    let body = json!({ "giveUpAfterDays": 1 }).to_string();
    test.raw(Method::PATCH, "/v1/workspace-settings", body).await;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    assert_eq!(test.app.give_up_idle(now).await.unwrap().0, 0);
    let (count, freed) = test.app.give_up_idle(now + 3 * 86_400_000).await.unwrap();
    assert!(count == 1 && freed >= 200_000, "{count} {freed}");
    assert!(!path.join("a.txt").exists() && !path.join("build").exists() && path.join(".env").exists());
    let shown = test.get(&format!("/v1/agents/{agent}")).await.json;
    assert_eq!(shown["workspace"]["state"], "given_up");
    fs::write(path.join("mine.txt"), "put there by hand\n").unwrap();
    // The changes are known without the files.
    assert_eq!(test.get(&format!("/v1/agents/{agent}/diff")).await.json["totalFiles"], 2);
    assert!(!path.join("a.txt").exists());
    let files = test.get(&format!("/v1/agents/{agent}/files?path=a.txt")).await.json;
    assert!(files["text"].as_str().unwrap().starts_with("one"), "{files}");
    assert_eq!(fs::read_to_string(path.join(".env")).unwrap(), "KEY=1\n", "it is ignored, and stays");
    assert_eq!(fs::read_to_string(path.join("mine.txt")).unwrap(), "put there by hand\n");
    test.app.give_up_idle(now + 6 * 86_400_000).await.unwrap();
    let run = test.follow_up(&agent, "#demo pace=0\nread a.txt").await;
    assert_eq!(test.ended(&agent, &run).await["status"], "FINISHED");
    assert!(path.join("a.txt").exists());
}

#[tokio::test]
async fn a_workspace_that_was_never_made_says_so() {
    let test = TestApp::new().await;
    let answer = create(&test, json!({ "repos": [{ "url": "http://127.0.0.1:1/x" }] })).await.json;
    let id = |what: &str| answer[what]["id"].as_str().unwrap().to_owned();
    test.ended(&id("agent"), &id("run")).await;
    for rest in ["diff", "files", "archive", "patch"] {
        let answer = test.get(&format!("/v1/agents/{}/{rest}", id("agent"))).await;
        assert_eq!(
            (answer.status, &answer.json["error"]["code"]),
            (StatusCode::CONFLICT, &json!("workspace_not_ready")),
            "{rest}"
        );
    }
    let workspace = test.get(&format!("/v1/agents/{}/workspace", id("agent"))).await.json;
    assert_eq!((&workspace["state"], &workspace["repositories"]), (&json!("pending"), &json!([])));
}
