//! Bad input gets its documented code and a sentence, and loses nothing.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn bodies_that_are_not_as_expected() {
    let test = TestApp::new().await;
    for (body, code) in [
        ("", "missing_body"),
        ("  \n", "missing_body"),
        ("[]", "validation_error"),
        ("\"text\"", "validation_error"),
        ("null", "validation_error"),
        ("{", "validation_error"),
        ("{\"prompt\":{}}", "validation_error"),
        ("{\"prompt\":null}", "validation_error"),
        ("{\"prompt\":{\"text\":5}}", "validation_error"),
        ("{\"prompt\":{\"text\":\"\"}}", "validation_error"),
        ("{\"prompt\":{\"text\":\" \\n \"}}", "validation_error"),
        ("{\"prompt\":{\"text\":\"x\"},\"agentId\":\"7\"}", "validation_error"),
        ("{\"prompt\":{\"text\":\"x\"},\"mode\":\"fast\"}", "validation_error"),
        ("{\"prompt\":{\"text\":\"x\"},\"name\":\"\"}", "validation_error"),
        ("{\"prompt\":{\"text\":\"x\"},\"driver\":\"other\"}", "validation_error"),
        ("{\"prompt\":{\"text\":\"x\"},\"envVars\":{\"CURSOR_X\":\"1\"}}", "validation_error"),
        ("{\"prompt\":{\"text\":\"x\"},\"envVars\":{\"NODE_OPTIONS\":\"1\"}}", "validation_error"),
        ("{\"prompt\":{\"text\":\"x\"},\"repos\":[{\"url\":\"u\"}],\"workspace\":{\"type\":\"empty\"}}", "validation_error"),
        ("{\"prompt\":{\"text\":\"x\"},\"repos\":[{\"url\":\"u\"}]}", "invalid_repository"),
        (
            "{\"prompt\":{\"text\":\"x\"},\"repos\":[{\"url\":\"https://h/x\",\"prUrl\":\"https://h/x/pull/1\"}]}",
            "feature_unavailable",
        ),
        ("{\"prompt\":{\"text\":\"x\",\"images\":[{}]}}", "feature_unavailable"),
    ] {
        let answer = test.raw(Method::POST, "/v1/agents", body).await;
        assert_eq!((answer.status, answer.json["error"]["code"].as_str()), (StatusCode::BAD_REQUEST, Some(code)), "{body}");
        assert!(answer.json["error"]["message"].as_str().unwrap().len() > 10);
    }
    let too_long = test.raw(Method::POST, "/v1/agents", vec![b' '; 25 << 20]).await;
    assert_eq!(
        (too_long.status, too_long.json["error"]["code"].as_str()),
        (StatusCode::PAYLOAD_TOO_LARGE, Some("body_too_large"))
    );
    assert_eq!(test.get("/v1/agents").await.json["items"], json!([]));
}

#[tokio::test]
async fn directories_that_cannot_be_worked_in() {
    let test = TestApp::new().await;
    let file = test.project.join("file");
    std::fs::write(&file, "").unwrap();
    let newline = test.project.join("a\nb");
    std::fs::create_dir(&newline).unwrap();
    let data = test.app.data.root().to_owned();
    let link = test.project.join("link");
    std::os::unix::fs::symlink(&data, &link).unwrap();
    for path in [
        json!(null),
        json!(""),
        json!(7),
        json!("relative/path"),
        json!("~"),
        json!("/nowhere/at/all"),
        json!(file),
        json!(newline),
        json!("/tmp\u{0}"),
        json!(data),
        json!(data.join("runs")),
        json!(link),
    ] {
        let body = json!({ "prompt": { "text": "x" }, "workspace": { "type": "local", "path": path } });
        let answer = test.post("/v1/agents", body).await;
        assert_eq!(
            (answer.status, answer.json["error"]["code"].as_str()),
            (StatusCode::BAD_REQUEST, Some("invalid_directory")),
            "{path}"
        );
    }
    for workspace in [json!({ "type": "local" }), json!({ "type": "moon" }), json!({}), json!("x"), json!([])] {
        let answer = test.post("/v1/agents", json!({ "prompt": { "text": "x" }, "workspace": workspace })).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{workspace}");
    }
    let raw = b"{\"prompt\":{\"text\":\"x\"},\"workspace\":{\"type\":\"local\",\"path\":\"/tmp/\xff\"}}".to_vec();
    assert_eq!(test.raw(Method::POST, "/v1/agents", raw).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(test.get("/v1/directories?path=relative").await.json["error"]["code"], "invalid_directory");
}

#[tokio::test]
async fn ids_pages_and_limits() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0").await;
    test.ended(&agent, &run).await;
    for id in [
        "x",
        "bc-1",
        "run-00000000-0000-4000-8000-000000000001",
        "..%2f..%2fetc",
        "%00",
        "bc-00000000-0000-4000-8000-000000000001",
    ] {
        let answer = test.get(&format!("/v1/agents/{id}")).await;
        assert_eq!(
            (answer.status, answer.json["error"]["code"].as_str()),
            (StatusCode::NOT_FOUND, Some("agent_not_found")),
            "{id}"
        );
        let answer = test.get(&format!("/v1/agents/{agent}/runs/{id}")).await;
        assert_eq!(
            (answer.status, answer.json["error"]["code"].as_str()),
            (StatusCode::NOT_FOUND, Some("run_not_found")),
            "{id}"
        );
        let answer = test.get(&format!("/v1/agents/{agent}/runs/{id}/stream")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{id}");
    }
    for query in
        ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=99999999999999999999", "cursor=x", "cursor=%00", "cursor=1_x"]
    {
        for path in ["/v1/agents".to_owned(), format!("/v1/agents/{agent}/runs"), format!("/v1/agents/{agent}/steps")] {
            let answer = test.get(&format!("{path}?{query}")).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{path}?{query}");
            assert!(answer.json["error"]["message"].is_string());
        }
    }
    assert_eq!(test.get(&format!("/v1/agents/{agent}/steps?limit=100")).await.status, StatusCode::OK);
    assert_eq!(test.get(&format!("/v1/agents/{agent}/usage?runId=x")).await.json["error"]["code"], "run_not_found");
    for path in ["/v1/agents/%ff", "/v1/agents/%ff/runs/x", "/v1/cli-chats/%ff?directory=/"] {
        let answer = test.get(path).await;
        assert_eq!(
            (answer.status, answer.json["error"]["code"].as_str()),
            (StatusCode::BAD_REQUEST, Some("validation_error")),
            "{path}"
        );
    }
    for path in ["/v1/nothing", "/v1", "/assets/x.js", "/nothing.txt"] {
        let answer = test.get(path).await;
        assert_eq!((answer.status, answer.json["error"]["code"].as_str()), (StatusCode::NOT_FOUND, Some("not_found")), "{path}");
    }
    let answer = test.empty(Method::PUT, "/v1/agents").await;
    assert_eq!(
        (answer.status, answer.json["error"]["code"].as_str()),
        (StatusCode::METHOD_NOT_ALLOWED, Some("method_not_allowed"))
    );
}

#[tokio::test]
async fn a_patch_with_something_wrong_changes_nothing() {
    let test = TestApp::new().await;
    let (agent, _) = test.create("#demo pace=0\nfirst line").await;
    let path = format!("/v1/agents/{agent}");
    for body in
        ["{\"name\":\"\"}", "{\"name\":\"a\\u0000\"}", "{\"permission\":\"root\"}", "{\"name\":\"new\",\"mode\":\"x\"}", "[]"]
    {
        assert_eq!(test.raw(Method::PATCH, &path, body).await.status, StatusCode::BAD_REQUEST, "{body}");
    }
    assert_eq!(test.get(&path).await.json["name"], "first line");
    let renamed = test.raw(Method::PATCH, &path, "{\"name\":\" New name \",\"model\":{\"id\":\"demo-1\"}}").await.json;
    assert_eq!((renamed["name"].as_str(), renamed["model"]["id"].as_str()), (Some("New name"), Some("demo-1")));
    let reset = test.raw(Method::PATCH, &path, "{\"model\":null}").await.json;
    assert_ne!(reset["model"]["id"], "demo-1");
    assert_eq!(reset["name"], "New name");
}
