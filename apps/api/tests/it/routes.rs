//! Every route of the document, by who asks.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use cursor_selfhost::app::{clock::now_ms, secrets};

use crate::app::TestApp;

/// What may be asked without a credential, and why.
const OPEN: [(&str, &str); 2] = [("get", "/healthz"), ("post", "/v1/session")];

fn routes() -> Vec<(String, String)> {
    let document = serde_json::to_value(cursor_selfhost::http::document()).unwrap();
    let mut routes = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        routes.extend(methods.as_object().unwrap().keys().map(|method| (method.clone(), path.clone())));
    }
    assert!(routes.len() > 25);
    routes
}

fn send(method: &str, path: &str, key: Option<&str>) -> Request<Body> {
    let mut request = Request::builder()
        .method(Method::from_bytes(method.to_uppercase().as_bytes()).unwrap())
        .uri(path)
        .header("host", "localhost");
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    request.body(Body::from("{\"prompt\":{\"text\":\"x\"}}")).unwrap()
}

#[tokio::test]
async fn nobody_gets_nothing() {
    let test = TestApp::new().await;
    for (method, path) in routes() {
        if OPEN.contains(&(&method, &path)) {
            continue;
        }
        for key in [None, Some("wrong")] {
            let answer = test.send(send(&method, &path, key)).await;
            assert_eq!(
                (answer.status, answer.json["error"]["code"].as_str()),
                (StatusCode::UNAUTHORIZED, Some("unauthorized")),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn another_user_sees_none_of_it() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0\nlist the files").await;
    test.ended(&agent, &run).await;
    let step = test.steps(&agent).await[0]["id"].as_str().unwrap().to_owned();
    let key = db::ApiKeyRow {
        id: "k2".to_owned(),
        user_id: 2,
        name: "two".to_owned(),
        hash: secrets::hash("two"),
        created_at: now_ms(),
        revoked_at: None,
    };
    db::query::keys::create(&test.app.db, key).await.unwrap();
    let mut asked = 0;
    for (method, path) in routes() {
        if !path.contains("/agents/{id}") {
            continue;
        }
        let path = path.replace("{id}", &agent).replace("{runId}", &run).replace("{stepId}", &step);
        let answer = test.send(send(&method, &path, Some("two"))).await;
        assert_eq!(
            (answer.status, answer.json["error"]["code"].as_str()),
            (StatusCode::NOT_FOUND, Some("agent_not_found")),
            "{method} {path}"
        );
        asked += 1;
    }
    assert!(asked >= 12);
    let listed = test.send(send("get", "/v1/agents", Some("two"))).await;
    assert_eq!(listed.json["items"], serde_json::json!([]));
    assert_eq!(test.get(&format!("/v1/agents/{agent}")).await.status, StatusCode::OK, "and nothing was harmed");
}

#[test]
fn the_committed_document_is_the_one_of_the_handlers() {
    let committed = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json")).unwrap_or_default();
    let made = format!("{}\n", cursor_selfhost::http::document().to_pretty_json().unwrap());
    assert!(committed == made, "run `make openapi` and commit apps/api/openapi.json");
}
