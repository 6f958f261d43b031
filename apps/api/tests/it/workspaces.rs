//! Workspaces: chosen, made, recorded and shared.

use std::{
    fs,
    path::{Path, PathBuf},
};

use axum::http::StatusCode;
use git_servers::{HttpServer, Repository};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

/// A repository of the user's beside the data directory.
pub fn repository(test: &TestApp, name: &str) -> Repository {
    let repository = Repository::init(&test.directory.path().join("served").join(name)).unwrap();
    repository.commit("README.md", "# Project\n\nHello.\n").unwrap();
    repository
}

pub async fn create(test: &TestApp, body: Value) -> Answer {
    let mut whole = json!({ "prompt": { "text": "#demo pace=0\nread README.md" } });
    whole.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    test.post("/v1/agents", whole).await
}

/// The agent, its first run once it has ended, and where it works.
pub async fn created(test: &TestApp, body: Value) -> (String, Value, PathBuf) {
    let answer = create(test, body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.json);
    let id = |what: &str| answer.json[what]["id"].as_str().unwrap().to_owned();
    let run = test.ended(&id("agent"), &id("run")).await;
    let path = answer.json["agent"]["workspace"]["path"].as_str().unwrap().into();
    (id("agent"), run, path)
}

fn branch_of(path: &Path) -> String {
    git_servers::git(path, &["symbolic-ref", "--short", "HEAD"]).unwrap()
}

#[tokio::test]
async fn a_repository_is_worked_on_in_a_branch_of_its_own() {
    let test = TestApp::new().await;
    let head = repository(&test, "project").git(["rev-parse", "HEAD"]).unwrap();
    let server = HttpServer::start(&test.directory.path().join("served"), None).await.unwrap();
    let url = server.url("project/.git");
    let (agent, run, path) = created(&test, json!({ "repos": [{ "url": url }], "name": "Add a README" })).await;
    assert_eq!(run["status"], "FINISHED", "{run}");
    let branch = branch_of(&path);
    assert!(branch.starts_with("cursor/add-a-readme-") && branch.len() == "cursor/add-a-readme-".len() + 4, "{branch}");
    assert_eq!(git_servers::git(&path, &["rev-parse", "HEAD"]).unwrap(), head);
    assert_eq!(run["git"]["branches"][0]["branch"], branch);
    assert!(url.ends_with(&format!("{}.git", run["git"]["branches"][0]["repoUrl"].as_str().unwrap())), "{run}");
    let steps = test.steps(&agent).await;
    let made = steps.iter().find(|step| step["type"] == "tool_call").unwrap();
    assert_eq!(
        (&made["name"], &made["view"]["items"][0]["status"]),
        (&json!("prepare_workspace"), &json!("completed")),
        "{made}"
    );
    let agent = test.get(&format!("/v1/agents/{agent}")).await.json;
    assert_eq!((&agent["workspace"]["type"], &agent["workspace"]["state"]), (&json!("git"), &json!("ready")));
    assert_eq!(agent["repos"][0]["url"], url);
    let ports = &agent["workspace"]["ports"];
    assert_eq!(ports["last"].as_u64().unwrap() - ports["first"].as_u64().unwrap(), 9);
}

#[tokio::test]
async fn several_repositories_stand_beside_each_other() {
    let test = TestApp::new().await;
    let (one, two) = (repository(&test, "a/app"), repository(&test, "b/app"));
    two.git(["checkout", "--quiet", "-b", "develop"]).unwrap();
    let url = |repository: &Repository| format!("file://{}", repository.path().display());
    let repos = json!([{ "url": url(&one) }, { "url": url(&two), "startingRef": "develop" }]);
    let (_, run, path) = created(&test, json!({ "repos": repos, "workOnCurrentBranch": true })).await;
    // Read in the midst, where there is no README.
    assert_eq!(run["git"]["branches"].as_array().unwrap().len(), 2, "{run}");
    assert_eq!((branch_of(&path.join("app")).as_str(), branch_of(&path.join("app-2")).as_str()), ("main", "develop"));
}

#[tokio::test]
async fn what_only_the_remote_knows_is_told_by_the_run() {
    let test = TestApp::new().await;
    let url = format!("file://{}", repository(&test, "project").path().display());
    let (agent, run, path) = created(&test, json!({ "repos": [{ "url": url, "startingRef": "nowhere" }] })).await;
    assert_eq!((&run["status"], &run["error"]["code"]), (&json!("ERROR"), &json!("ref_not_found")), "{run}");
    let steps = test.steps(&agent).await;
    let error = steps.iter().find(|step| step["type"] == "error").unwrap();
    assert!(error["message"].as_str().unwrap().contains("couldn't find remote ref nowhere"), "{error}");
    assert!(!path.exists());
    let (_, run, _) = created(&test, json!({ "repos": [{ "url": "http://127.0.0.1:1/x.git" }] })).await;
    assert_eq!(run["error"]["code"], "repository_unreachable", "{run}");
    let (_, run, _) = created(&test, json!({ "repos": [{ "url": "file:///nowhere/at/all" }] })).await;
    assert_eq!(run["error"]["code"], "repository_access", "{run}");
}

#[tokio::test]
async fn what_could_be_an_option_or_a_command_is_refused_at_once() {
    let test = TestApp::new().await;
    for url in ["ext::sh -c 'touch /tmp/x'", "--upload-pack=touch /tmp/x", "ssh://-oProxyCommand=x/y", "", "/", "https://h/\nx"] {
        let answer = create(&test, json!({ "repos": [{ "url": url }] })).await;
        assert_eq!(
            (answer.status, &answer.json["error"]["code"]),
            (StatusCode::BAD_REQUEST, &json!("invalid_repository")),
            "{url}"
        );
    }
    let inside = format!("file://{}", test.app.data.root().join("mirrors").display());
    let answer = create(&test, json!({ "repos": [{ "url": inside }] })).await;
    assert_eq!(answer.json["error"]["code"], "invalid_repository", "{}", answer.json);
    for reference in ["-x", "--upload-pack=x", "a..b", "a b", "a:b"] {
        let answer = create(&test, json!({ "repos": [{ "url": "https://h/x", "startingRef": reference }] })).await;
        assert_eq!(
            (answer.status, &answer.json["error"]["code"]),
            (StatusCode::BAD_REQUEST, &json!("invalid_branch_name")),
            "{reference}"
        );
        let answer = create(&test, json!({ "repos": [{ "url": "https://h/x" }], "branchName": reference })).await;
        assert_eq!(answer.json["error"]["code"], "invalid_branch_name", "{reference}");
    }
    let both = create(&test, json!({ "repos": [{ "url": "https://h/x" }], "workspace": { "type": "empty" } })).await;
    assert_eq!(both.status, StatusCode::BAD_REQUEST);
    for path in ["/", test.app.data.root().to_str().unwrap()] {
        let answer = create(&test, json!({ "workspace": { "type": "local", "path": path } })).await;
        assert_eq!(
            (answer.status, &answer.json["error"]["code"]),
            (StatusCode::BAD_REQUEST, &json!("invalid_directory")),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_credential_in_a_url_is_kept_and_never_shown() {
    let test = TestApp::new().await;
    repository(&test, "project");
    let server = HttpServer::start(&test.directory.path().join("served"), Some(("me", "s3cret-word"))).await.unwrap();
    let url = server.url("project");
    let (agent, run, _) = created(&test, json!({ "repos": [{ "url": url.replace("http://", "http://me:s3cret-word@") }] })).await;
    assert_eq!(run["status"], "FINISHED", "{run}");
    let shown = test.get("/v1/git-credentials").await.json;
    assert_eq!((&shown["items"][0]["scope"], &shown["items"][0]["username"]), (&json!(url), &json!("me")), "{shown}");
    let everything = [shown, test.get(&format!("/v1/agents/{agent}")).await.json, json!(test.steps(&agent).await), run];
    assert!(everything.iter().all(|shown| !shown.to_string().contains("s3cret")), "{everything:?}");
    let id = everything[0]["items"][0]["id"].as_str().unwrap();
    let deleted = test.empty(axum::http::Method::DELETE, &format!("/v1/git-credentials/{id}")).await;
    assert_eq!(deleted.status, StatusCode::OK);
    let (_, run, _) = created(&test, json!({ "repos": [{ "url": url }] })).await;
    assert_eq!(run["error"]["code"], "repository_access", "{run}");
}

#[tokio::test]
async fn a_copy_takes_along_what_is_not_committed_and_leaves_the_original_alone() {
    let test = TestApp::new().await;
    let original = repository(&test, "project");
    original.commit(".gitignore", ".env\nnode_modules\n").unwrap();
    fs::write(original.path().join("README.md"), "changed\n").unwrap();
    fs::write(original.path().join("new.txt"), "new\n").unwrap();
    fs::write(original.path().join(".env"), "KEY=1\n").unwrap();
    fs::create_dir(original.path().join("node_modules")).unwrap();
    fs::write(original.path().join("node_modules/.env"), "other\n").unwrap();
    let before = original.git(["status", "--porcelain"]).unwrap();
    let workspace = json!({ "type": "local", "path": original.path(), "copy": true });
    let (agent, run, path) = created(&test, json!({ "workspace": workspace })).await;
    assert_eq!(run["status"], "FINISHED", "{run}");
    assert_ne!(path, original.path());
    let read = |name: &str| fs::read_to_string(path.join(name)).unwrap();
    assert_eq!((read("README.md").as_str(), read("new.txt").as_str(), read(".env").as_str()), ("changed\n", "new\n", "KEY=1\n"));
    assert!(!path.join("node_modules").exists());
    assert!(branch_of(&path).starts_with("cursor/"));
    assert_eq!(original.git(["status", "--porcelain"]).unwrap(), before);
    assert_eq!(branch_of(original.path()), "main");
    let shown = test.get(&format!("/v1/agents/{agent}")).await.json;
    assert_eq!(shown["workspace"]["copyOf"], json!(original.path()));
    let clean = json!({ "type": "local", "path": original.path(), "copy": true, "uncommittedChanges": false });
    let (_, _, path) = created(&test, json!({ "workspace": clean })).await;
    assert_eq!(fs::read_to_string(path.join("README.md")).unwrap(), "# Project\n\nHello.\n");
    assert!(!path.join("new.txt").exists());
    let plain = json!({ "type": "local", "path": test.project, "copy": true });
    assert_eq!(create(&test, json!({ "workspace": plain })).await.json["error"]["code"], "invalid_directory");
}

#[tokio::test]
async fn chats_that_share_a_directory_say_so() {
    let test = TestApp::new().await;
    let (first, run) = test.create("#demo chunks=100000 rate=50").await;
    let speaks = |events: &[crate::app::Event]| events.iter().any(|event| event.name == "assistant");
    test.stream_until(&format!("/v1/agents/{first}/runs/{run}/stream"), speaks).await;
    fs::create_dir(test.project.join("inner")).unwrap();
    let workspace = json!({ "type": "local", "path": test.project.join("inner") });
    let second = create(&test, json!({ "workspace": workspace })).await.json;
    let (second, ended) = (second["agent"]["id"].as_str().unwrap().to_owned(), second["run"]["id"].as_str().unwrap().to_owned());
    test.ended(&second, &ended).await;
    assert!(test.steps(&second).await.iter().any(|step| step["code"] == "workspace_shared"));
    let third = test.follow_up(&second, "#demo chunks=100000 rate=50").await;
    test.stream_until(&format!("/v1/agents/{second}/runs/{third}/stream"), |events| {
        events.iter().any(|event| event.name == "assistant")
    })
    .await;
    assert_eq!(test.get(&format!("/v1/agents/{first}")).await.json["workspace"]["sharedWith"], json!([second]));
    assert_eq!(test.get(&format!("/v1/agents/{second}")).await.json["workspace"]["sharedWith"], json!([first]));
    for (agent, run) in [(&first, &run), (&second, &third)] {
        test.empty(axum::http::Method::POST, &format!("/v1/agents/{agent}/runs/{run}/cancel")).await;
    }
    assert_eq!(test.get(&format!("/v1/agents/{first}")).await.json["workspace"]["sharedWith"], json!([]));
    let shown = test.get(&format!("/v1/agents/{first}/diff")).await.json;
    assert_eq!(shown["mayHoldOthersWork"], true, "{shown}");
}

#[tokio::test]
async fn a_repository_of_dubious_ownership_is_not_copied_unless_the_user_says_so() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not tried: only the superuser can give files away");
        return;
    }
    let test = TestApp::new().await;
    let original = repository(&test, "project");
    std::os::unix::fs::chown(original.path(), Some(65534), Some(65534)).unwrap();
    let refused = create(&test, json!({ "workspace": { "type": "local", "path": original.path(), "copy": true } })).await;
    let message = refused.json["error"]["message"].as_str().unwrap();
    assert!(
        refused.status == StatusCode::BAD_REQUEST && message.contains("dubious ownership") && message.contains("safe.directory"),
        "{message}"
    );
    // In place nothing of git is asked.
    let (_, run, _) = created(&test, json!({ "workspace": { "type": "local", "path": original.path() } })).await;
    assert_eq!(run["status"], "FINISHED", "{run}");
}

#[tokio::test]
async fn a_chat_that_is_deleted_or_stopped_while_its_workspace_is_made_harms_nothing() {
    let test = TestApp::new().await;
    let project = repository(&test, "project");
    let noise: String = (0..300_000u64).map(|number| format!("{:x}\n", number.wrapping_mul(0x9E37_79B9_7F4A_7C15))).collect();
    project.commit("big", &noise).unwrap();
    let server = HttpServer::start(&test.directory.path().join("served"), None).await.unwrap();
    let url = server.url("project");
    for delete in [true, false, true] {
        let answer = create(&test, json!({ "repos": [{ "url": url }] })).await.json;
        let id = |what: &str| answer[what]["id"].as_str().unwrap().to_owned();
        let stream = format!("/v1/agents/{}/runs/{}/stream", id("agent"), id("run"));
        test.stream_until(&stream, |events| events.iter().any(|event| event.name == "tool_call")).await;
        if delete {
            let gone = test.empty(axum::http::Method::DELETE, &format!("/v1/agents/{}", id("agent"))).await;
            assert_eq!(gone.status, StatusCode::OK, "{}", gone.json);
            assert!(!test.app.data.root().join("workspaces").join(id("agent")).exists());
        } else {
            let path = format!("/v1/agents/{}/runs/{}", id("agent"), id("run"));
            test.empty(axum::http::Method::POST, &format!("{path}/cancel")).await;
            assert_eq!(test.get(&path).await.json["status"], "CANCELLED");
        }
    }
    let (_, run, path) = created(&test, json!({ "repos": [{ "url": url }] })).await;
    assert_eq!(run["status"], "FINISHED", "{run}");
    let said = git_servers::git(&path, &["fsck", "--full", "--no-dangling"]).unwrap();
    assert!(!said.contains("missing"), "{said}");
}
