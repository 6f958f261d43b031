//! Keys, sessions and links.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use cursor_selfhost::app::auth;
use serde_json::json;
use tower::ServiceExt;

use crate::app::TestApp;

fn request(path: &str) -> axum::http::request::Builder {
    Request::builder().uri(path).header("host", "localhost")
}

#[tokio::test]
async fn a_key_is_taken_in_both_forms_and_a_wrong_one_in_none() {
    let test = TestApp::new().await;
    let basic = STANDARD.encode(format!("{}:", test.key));
    for (value, status) in [
        (format!("Bearer {}", test.key), StatusCode::OK),
        (format!("bearer {}", test.key), StatusCode::OK),
        (format!("Basic {basic}"), StatusCode::OK),
        ("Bearer wrong".to_owned(), StatusCode::UNAUTHORIZED),
        ("Bearer ".to_owned(), StatusCode::UNAUTHORIZED),
        ("Basic !!!".to_owned(), StatusCode::UNAUTHORIZED),
        (format!("Digest {}", test.key), StatusCode::UNAUTHORIZED),
    ] {
        let answer = test.send(request("/v1/me").header("authorization", &value).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{value}");
    }
    let answer = test.send(request("/v1/me").body(Body::empty()).unwrap()).await;
    assert_eq!((answer.status, answer.json["error"]["code"].as_str()), (StatusCode::UNAUTHORIZED, Some("unauthorized")));
}

#[tokio::test]
async fn a_link_signs_in_once_and_signing_out_ends_it() {
    let test = TestApp::new().await;
    let token = auth::create_link(&test.app.db).await.unwrap();
    let path = format!("/sign-in?token={token}");
    let open = |method: Method| test.router.clone().oneshot(request(&path).method(method).body(Body::empty()).unwrap());
    let looked = open(Method::HEAD).await.unwrap();
    assert!(looked.headers().get(header::SET_COOKIE).is_none(), "a look does not use it up");
    let signed_in = open(Method::GET).await.unwrap();
    assert_eq!((signed_in.status(), signed_in.headers()[header::LOCATION].to_str().unwrap()), (StatusCode::SEE_OTHER, "/"));
    let cookie = signed_in.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && cookie.contains(&test.app.data.instance),
        "{cookie}"
    );
    let again = open(Method::GET).await.unwrap();
    assert_eq!(again.headers()[header::LOCATION], "/?signed-out=expired");
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let with_cookie = |method: Method, path: &str| {
        request(path).method(method).header("cookie", format!("other=1; {cookie}")).body(Body::empty()).unwrap()
    };
    assert_eq!(test.send(with_cookie(Method::GET, "/v1/session")).await.status, StatusCode::OK);
    assert_eq!(test.send(with_cookie(Method::DELETE, "/v1/session")).await.status, StatusCode::OK);
    assert_eq!(test.send(with_cookie(Method::GET, "/v1/session")).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_browser_signs_in_with_a_key_or_the_password() {
    let test = TestApp::new().await;
    auth::set_password(&test.app.db, "correct horse battery").await.unwrap();
    for (body, status) in [
        (json!({ "key": test.key }), StatusCode::OK),
        (json!({ "password": "correct horse battery" }), StatusCode::OK),
        (json!({ "password": "wrong" }), StatusCode::UNAUTHORIZED),
        (json!({ "key": "wrong" }), StatusCode::UNAUTHORIZED),
        (json!({}), StatusCode::BAD_REQUEST),
    ] {
        let request = request("/v1/session").method(Method::POST).body(Body::from(body.to_string())).unwrap();
        assert_eq!(test.send(request).await.status, status, "{body}");
    }
}

#[tokio::test]
async fn foreign_names_and_pages_are_refused_also_with_a_key() {
    let test = TestApp::new().await;
    for (name, value, code) in [
        ("host", "evil.example", "misdirected_request"),
        ("host", "10.1.2.3:4310", "misdirected_request"),
        ("origin", "https://evil.example", "foreign_origin"),
        ("origin", "http://localhost:3000", "foreign_origin"),
        ("sec-fetch-site", "cross-site", "foreign_origin"),
    ] {
        let builder =
            Request::builder().uri("/v1/agents").header("authorization", format!("Bearer {}", test.key)).header(name, value);
        let builder = if name == "host" { builder } else { builder.header("host", "localhost:4310") };
        let answer = test.send(builder.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.json["error"]["code"].as_str(), Some(code), "{name}: {value}");
        assert!(matches!(answer.status, StatusCode::MISDIRECTED_REQUEST | StatusCode::FORBIDDEN));
    }
}

#[tokio::test]
async fn a_cursor_key_is_kept_sealed() {
    let test = TestApp::new().await;
    let set = test.raw(Method::PUT, "/v1/cursor/api-key", json!({ "apiKey": "key_s3cret" }).to_string()).await;
    assert_eq!(set.status, StatusCode::OK);
    assert_eq!(test.app.cursor_api_key().await.as_deref(), Some("key_s3cret"));
    for name in ["db.sqlite", "db.sqlite-wal"] {
        let bytes = std::fs::read(test.app.data.root().join(name)).unwrap_or_default();
        assert!(!bytes.windows(6).any(|window| window == b"s3cret"), "{name}");
    }
    let (agent, run) = test.create("#demo pace=0 echo-env").await;
    assert!(test.ended(&agent, &run).await["result"].as_str().unwrap().contains("CURSOR_API_KEY"));
    test.empty(Method::DELETE, "/v1/cursor/api-key").await;
    assert_eq!(test.app.cursor_api_key().await, None);
}

#[tokio::test]
async fn everything_works_below_a_base_path() {
    let test = TestApp::with(|config| config.base_path = "/deep/path".to_owned()).await;
    let token = auth::create_link(&test.app.db).await.unwrap();
    let send =
        |path: String| test.router.clone().oneshot(request(&path).header("accept", "text/html").body(Body::empty()).unwrap());
    let signed_in = send(format!("/deep/path/sign-in?token={token}")).await.unwrap();
    assert_eq!(signed_in.headers()[header::LOCATION], "/deep/path/");
    assert!(signed_in.headers()[header::SET_COOKIE].to_str().unwrap().contains("Path=/deep/path"));
    for (path, status) in [
        ("/deep/path/", StatusCode::OK),
        ("/deep/path/agents/bc-1", StatusCode::OK),
        ("/deep/path/healthz", StatusCode::OK),
        ("/healthz", StatusCode::OK),
        ("/deep/path/v1/me", StatusCode::UNAUTHORIZED),
        ("/deep/path/assets/none.js", StatusCode::NOT_FOUND),
        ("/", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(send(path.to_owned()).await.unwrap().status(), status, "{path}");
    }
}
