//! Connections: taken as they come, given up when they stay silent, ended in order.

use std::{convert::Infallible, time::Duration};

use axum::{Router, body::Body, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Who has not sent a whole request by then is let go; also who keeps a connection and sends none.
const REQUEST_WITHIN: Duration = Duration::from_secs(30);

/// After this long without an answer of its kernel a peer is taken for gone.
const PEER_GONE: Duration = Duration::from_secs(60);

/// When the process has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// Serves until `shutdown`, then until what was asked is answered.
pub async fn serve(listener: TcpListener, router: Router, shutdown: CancellationToken) {
    let graceful = GracefulShutdown::new();
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
            () = shutdown.cancelled() => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                // One that was broken off is nothing; too many open files may pass.
                tracing::debug!(%error, "a connection was not taken");
                tokio::time::sleep(NO_ROOM).await;
                continue;
            }
        };
        tune(&stream);
        let router = router.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let answer = router.clone().oneshot(request.map(Body::new));
            async move { answer.await.map_err(|never: Infallible| never) }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(REQUEST_WITHIN)
            .serve_connection(TokioIo::new(stream), service);
        // How a connection ends is its peer's affair.
        let watched = graceful.watch(connection);
        connections.spawn(async move { drop(watched.await) });
    }
    drop(listener);
    graceful.shutdown().await;
    while connections.join_next().await.is_some() {}
}

fn tune(stream: &TcpStream) {
    // Small pieces of a stream are sent when they come.
    let _ = stream.set_nodelay(true);
    // A laptop that was closed does not say goodbye.
    let _ = rustix::net::sockopt::set_socket_keepalive(stream, true);
    let _ = rustix::net::sockopt::set_tcp_keepidle(stream, PEER_GONE);
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn serving() -> (std::net::SocketAddr, CancellationToken, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (address, shutdown) = (listener.local_addr().expect("an address"), CancellationToken::new());
        let router = Router::new().route("/", axum::routing::get(|| async { "hello" }));
        (address, shutdown.clone(), tokio::spawn(serve(listener, router, shutdown)))
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_nothing_is_let_go() {
        let (address, ..) = serving().await;
        for beginning in ["", "GET / HTTP/1.1\r\nhost: "] {
            let mut stream = TcpStream::connect(address).await.expect("a connection");
            stream.write_all(beginning.as_bytes()).await.expect("it is taken");
            let mut answer = Vec::new();
            // The paused clock goes on by itself when nothing else is left to do.
            let _ = stream.read_to_end(&mut answer).await;
            assert!(!String::from_utf8_lossy(&answer).contains("hello"));
        }
    }

    #[tokio::test]
    async fn the_end_waits_for_nobody_who_keeps_a_connection_and_asks_nothing() {
        let (address, shutdown, served) = serving().await;
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.expect("sent");
        let mut answer = vec![0; 1024];
        let count = stream.read(&mut answer).await.expect("an answer");
        assert!(String::from_utf8_lossy(&answer[..count]).contains("200 OK"));
        shutdown.cancel();
        served.await.expect("it ends");
    }
}
