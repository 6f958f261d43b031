//! Requests that are sent again.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp};

async fn post(test: &TestApp, path: &str, key: &str, body: &Value) -> Answer {
    let request = test.request(Method::POST, path).header("idempotency-key", key);
    test.send(request.body(Body::from(body.to_string())).unwrap()).await
}

fn chat(prompt: &str) -> Value {
    json!({ "prompt": { "text": prompt }, "driver": "demo" })
}

#[tokio::test]
async fn the_same_request_is_done_once_and_another_is_refused() {
    let test = TestApp::new().await;
    let body = chat("#demo chunks=2 rate=1000");
    // At once and one after the other.
    let (first, second) = tokio::join!(post(&test, "/v1/agents", "k", &body), post(&test, "/v1/agents", "k", &body));
    let third = post(&test, "/v1/agents", "k", &body).await;
    assert_eq!((first.status, second.status, third.status), (StatusCode::CREATED, StatusCode::CREATED, StatusCode::CREATED));
    assert_eq!(first.json["agent"]["id"], second.json["agent"]["id"]);
    assert_eq!((&first.json["run"]["id"], &first.json["agent"]["id"]), (&third.json["run"]["id"], &third.json["agent"]["id"]));
    assert_eq!(test.get("/v1/agents").await.json["items"].as_array().unwrap().len(), 1);
    for (path, body) in [("/v1/agents", chat("another")), ("/v1/agents/x/runs", body)] {
        let reused = post(&test, path, "k", &body).await;
        assert_eq!(
            (reused.status, reused.json["error"]["code"].as_str()),
            (StatusCode::CONFLICT, Some("idempotency_key_reused"))
        );
    }
}

#[tokio::test]
async fn follow_ups_and_queued_prompts_are_made_once() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo chunks=300 rate=200").await;
    let body = json!({ "prompt": { "text": "#demo chunks=2 rate=1000" }, "whenBusy": "queue" });
    let path = format!("/v1/agents/{agent}/runs");
    let (first, again) = (post(&test, &path, "q", &body).await, post(&test, &path, "q", &body).await);
    assert_eq!((first.status, &first.json), (StatusCode::ACCEPTED, &again.json));
    assert_eq!(test.get(&format!("/v1/agents/{agent}/queue")).await.json["total"], 1);
    test.ended(&agent, &run).await;
}

#[tokio::test]
async fn what_was_refused_can_be_sent_again_with_the_same_key() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo chunks=300 rate=200").await;
    let (path, body) = (format!("/v1/agents/{agent}/runs"), json!({ "prompt": { "text": "#demo chunks=2 rate=1000" } }));
    assert_eq!(post(&test, &path, "f", &body).await.status, StatusCode::CONFLICT);
    test.ended(&agent, &run).await;
    let sent = post(&test, &path, "f", &body).await;
    assert_eq!(sent.status, StatusCode::CREATED, "{}", sent.json);
    let run = sent.json["run"]["id"].as_str().unwrap();
    test.ended(&agent, run).await;
    assert_eq!(post(&test, &path, "f", &body).await.json["run"]["id"], run, "also after it has ended");
}

#[tokio::test]
async fn a_server_that_died_before_it_answered_is_found_to_have_done_it() {
    let test = TestApp::new().await;
    let body = chat("#demo chunks=2 rate=1000");
    let first = post(&test, "/v1/agents", "k", &body).await;
    forget_answer(&test, "k").await;
    let again = post(&test, "/v1/agents", "k", &body).await;
    assert_eq!((again.status, &again.json["run"]["id"]), (StatusCode::CREATED, &first.json["run"]["id"]));
    assert_eq!(test.get("/v1/agents").await.json["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn keys_that_are_no_keys() {
    let test = TestApp::new().await;
    let long = "k".repeat(256);
    for key in ["", long.as_str()] {
        let answer = post(&test, "/v1/agents", key, &chat("x")).await;
        assert_eq!(answer.json["error"]["code"], "validation_error", "{key}");
    }
    assert_eq!(test.get("/v1/agents").await.json["items"], json!([]));
}

#[tokio::test]
async fn what_was_done_is_found_also_where_it_would_be_refused_now() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0\nhello").await;
    test.ended(&agent, &run).await;
    let (path, body) = (format!("/v1/agents/{agent}/runs"), json!({ "prompt": { "text": "#demo chunks=2 rate=1000" } }));
    let first = post(&test, &path, "k", &body).await;
    let run = first.json["run"]["id"].as_str().unwrap();
    test.ended(&agent, run).await;
    forget_answer(&test, "k").await;
    test.empty(Method::POST, &format!("/v1/agents/{agent}/archive")).await;
    let again = post(&test, &path, "k", &body).await;
    assert_eq!((again.status, &again.json["run"]["id"]), (StatusCode::CREATED, &json!(run)), "{}", again.json);
    // A refusal in between does not make it another request.
    forget_answer(&test, "k").await;
    std::fs::remove_dir(&test.project).unwrap();
    assert_eq!(post(&test, &path, "k", &body).await.json["run"]["id"], run);
}

/// As if the server had died before it kept what it answered.
async fn forget_answer(test: &TestApp, key: &str) {
    let kept = db::query::idempotency::find(&test.app.db, 1, key).await.unwrap().unwrap();
    db::query::idempotency::forget(&test.app.db, 1, key).await.unwrap();
    let begun = db::IdempotencyKeyRow { status: None, body: None, ..kept };
    db::query::idempotency::begin(&test.app.db, begun).await.unwrap();
}
