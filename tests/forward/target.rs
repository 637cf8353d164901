//! A handler that requests are forwarded or replayed to: records what comes, answers as it is told.

use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex};
use tokio::sync::watch;

/// A post as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Post {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What was answered; `None` while nothing was.
    pub(crate) answered: Option<u16>,
}

impl Post {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn request(&self) -> u64 {
        self.header("watop-request").parse().unwrap()
    }

    pub(crate) fn attempt(&self) -> u32 {
        self.header("watop-attempt").parse().unwrap()
    }
}

type Answers = dyn Fn(&Post) -> (u16, String) + Send + Sync;

struct Shared {
    posts: Mutex<Vec<Post>>,
    changed: Condvar,
    answers: Box<Answers>,
    /// Closed, posts are taken but not answered.
    open: watch::Sender<bool>,
}

/// A running handler; it is gone when dropped.
pub(crate) struct Target {
    shared: Arc<Shared>,
    pub(crate) address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Target {
    /// Answers 200.
    pub(crate) fn start() -> Self {
        Self::answering(|_| (200, "taken".to_owned()))
    }

    pub(crate) fn answering(answers: impl Fn(&Post) -> (u16, String) + Send + Sync + 'static) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), answers)
    }

    pub(crate) fn at(address: SocketAddr, answers: impl Fn(&Post) -> (u16, String) + Send + Sync + 'static) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind(address)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            posts: Mutex::default(),
            changed: Condvar::new(),
            answers: Box::new(answers),
            open: watch::Sender::new(true),
        });
        let state = Arc::clone(&shared);
        let router = Router::new().fallback(move |headers: HeaderMap, body: Bytes| answer(state, headers, body));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { shared, address, _runtime: runtime }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    /// From now on posts are taken but not answered, until it opens again.
    pub(crate) fn close(&self) {
        self.shared.open.send_replace(false);
    }

    pub(crate) fn open(&self) {
        self.shared.open.send_replace(true);
    }

    pub(crate) fn posts(&self) -> Vec<Post> {
        self.shared.posts.lock().unwrap().clone()
    }

    /// Posts that were answered 2xx, in the order of their arrival.
    pub(crate) fn taken(&self) -> Vec<Post> {
        let mut posts = self.posts();
        posts.retain(|post| post.answered.is_some_and(|status| (200..300).contains(&status)));
        posts
    }

    /// Waits until `enough` holds of what came.
    pub(crate) fn wait(&self, enough: impl Fn(&[Post]) -> bool) {
        let posts = self.shared.posts.lock().unwrap();
        let (posts, late) =
            self.shared.changed.wait_timeout_while(posts, crate::support::PATIENCE, |posts| !enough(posts)).unwrap();
        assert!(!late.timed_out(), "waited in vain; {} posts came", posts.len());
    }

    /// Waits until `count` posts were answered 2xx.
    pub(crate) fn wait_taken(&self, count: usize) {
        self.wait(|posts| {
            let taken = |post: &&Post| post.answered.is_some_and(|status| (200..300).contains(&status));
            posts.iter().filter(taken).count() >= count
        });
    }
}

async fn answer(shared: Arc<Shared>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let mut post = Post { headers, body, answered: None };
    let place = {
        let mut posts = shared.posts.lock().unwrap();
        posts.push(post.clone());
        shared.changed.notify_all();
        posts.len() - 1
    };
    shared.open.subscribe().wait_for(|open| *open).await.unwrap();
    let (status, text) = (shared.answers)(&post);
    post.answered = Some(status);
    shared.posts.lock().unwrap()[place] = post;
    shared.changed.notify_all();
    (StatusCode::from_u16(status).unwrap(), text)
}
