//! The API over HTTP and the page. Handlers are thin: they read the request, call one use-case, and
//! shape its answer.

mod agents;
mod body;
mod caller;
mod checkpoints;
mod cli_chats;
mod cursor;
mod diff;
mod directories;
mod doctor;
mod error;
mod events;
mod files;
mod git;
mod git_credentials;
mod guard;
mod health;
mod idempotency;
mod limits;
mod me;
mod models;
mod openapi;
mod page;
mod path;
mod query;
mod queue;
mod repositories;
mod runs;
pub mod server;
mod session;
pub mod shape;
mod sse;
mod steps;
mod stream;
mod workspace_settings;
mod workspaces;

use std::sync::Arc;

use axum::{Router, extract::DefaultBodyLimit, middleware};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
};

use crate::app::App;
pub use openapi::document;

/// A prompt of 20 MB, with what JSON adds to it.
const MAX_BODY: usize = 24 << 20;

pub type AppState = Arc<App>;

/// Everything that is served, below the base path.
pub fn router(app: AppState) -> Router {
    let base_path = app.config.base_path.clone();
    let (api, _) = openapi::api().split_for_parts();
    let routes = api
        .route("/sign-in", axum::routing::get(session::sign_in_by_link))
        .route("/git/{agent}/{*rest}", axum::routing::get(git::serve).post(git::serve))
        .fallback(page::serve)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(middleware::from_fn_with_state(app.clone(), idempotency::idempotency))
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(app.clone(), guard::guard))
        // Streams are left alone by the layer itself.
        .layer(CompressionLayer::new().gzip(true))
        .with_state(app.clone());
    let routes = if base_path.is_empty() {
        routes
    } else {
        // The page's own address ends with a slash, which `nest` leaves out.
        let index = axum::routing::get(page::index).layer(middleware::from_fn_with_state(app.clone(), guard::guard));
        Router::new()
            .route(&format!("{base_path}/"), index.with_state(app))
            .nest(&base_path, routes)
            .fallback(error::unknown_route)
            .route("/healthz", axum::routing::get(health::healthz_without_state))
    };
    routes
        .layer(CatchPanicLayer::custom(error::panicked))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
}
