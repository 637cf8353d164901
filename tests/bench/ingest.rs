//! What receiving costs, step by step, beside a bare server that only reads the body and answers.
//!
//! `cargo bench --bench ingest`: four servers, each in a process of its own, are loaded one after the other and round after
//! round, so that a busy machine hits all of them alike; medians are printed. Loopback only, under two minutes.
//! `--rounds N` and `--requests N` change the amount.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout, clippy::print_stderr)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints its figures")]
#![expect(clippy::expect_used, clippy::panic, reason = "a benchmark ends where something is not as it must be")]

#[path = "ingest/load.rs"]
mod load;
#[path = "ingest/pool.rs"]
mod pool;
#[path = "ingest/server.rs"]
mod server;

use load::Round;
use pool::Pool;
use server::{Kind, Served};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Keep-alive connections of the loaded rounds.
const CONNECTIONS: usize = 64;
/// Requests of the one quiet client, in each round.
const QUIET_REQUESTS: usize = 300;
/// A backlog that has not shrunk for so long is what stays: the last events are not worth an index of their own yet.
const SETTLED: Duration = Duration::from_millis(400);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [serve, kind, dir] = arguments.as_slice()
        && serve == "--serve"
    {
        return server::run(Kind::named(kind), Path::new(dir));
    }
    let number = |name: &str, default: usize| {
        let value = arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
        value.map_or(default, |value| value.parse().expect("a number"))
    };
    run(number("--rounds", 5), number("--requests", 100_000));
}

/// The rounds of one server.
struct Measured {
    kind: Kind,
    served: Served,
    rounds: Vec<Round>,
    quiet: Vec<Duration>,
    backlogs: Vec<Backlog>,
}

/// What indexes and monitor were behind at the end of a round.
#[derive(Clone, Copy)]
struct Backlog {
    events: u64,
    /// Until it shrank no more.
    took: Duration,
    /// What was left then.
    tail: u64,
}

impl Backlog {
    /// Waits until the server has caught up, so that the next one has the machine for itself.
    fn settled(served: &Served) -> Self {
        let began = Instant::now();
        let events = served.backlog();
        let mut backlog = Self { events, took: Duration::ZERO, tail: events };
        while backlog.tail > 0 && began.elapsed() - backlog.took < SETTLED {
            std::thread::sleep(Duration::from_millis(10));
            let tail = served.backlog();
            if tail < backlog.tail {
                backlog = Self { tail, took: began.elapsed(), ..backlog };
            }
        }
        backlog
    }
}

fn run(rounds: usize, requests: usize) {
    // In the build directory: /tmp may be memory, where a sync costs nothing.
    let dir = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    let mut all: Vec<Measured> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let served = Served::start(kind, &dir.path().join(kind.name()));
            Measured { kind, served, rounds: Vec::new(), quiet: Vec::new(), backlogs: Vec::new() }
        })
        .collect();
    let mut pool = Pool::new(requests);
    let mut syncs = Vec::new();
    for round in 0..=rounds {
        for measured in &mut all {
            pool.renew();
            let loaded = load::loaded(measured.served.address, &pool, CONNECTIONS, &measured.served);
            let backlog = Backlog::settled(&measured.served);
            let quiet = load::quiet(measured.served.address, &pool.renewed(QUIET_REQUESTS));
            // The first round warms everything up.
            if round > 0 {
                measured.rounds.push(loaded);
                measured.backlogs.push(backlog);
                measured.quiet.extend(quiet);
            }
        }
        syncs.extend(sync_times(dir.path()));
        eprint!("\rround {round} of {rounds}");
        let _ = std::io::stderr().flush();
    }
    eprintln!();
    print(&mut all, &mut syncs, &pool, rounds);
}

/// The disk's own sync: fdatasync of appended 4 KiB blocks.
fn sync_times(dir: &Path) -> Vec<Duration> {
    let mut file = std::fs::File::create(dir.join("sync")).expect("a file");
    (0..QUIET_REQUESTS)
        .map(|_| {
            file.write_all(&[7; 4096]).expect("the disk takes 4 KiB");
            let began = Instant::now();
            file.sync_data().expect("the disk syncs");
            began.elapsed()
        })
        .collect()
}

fn print(all: &mut [Measured], syncs: &mut [Duration], pool: &Pool, rounds: usize) {
    println!(
        "{CONNECTIONS} keep-alive connections, {}-byte bodies signed as Meta does, {rounds} interleaved rounds of {} requests,\n\
         client on one thread of the same machine ({} cores); medians of rounds",
        pool.body_len(),
        pool.len(),
        std::thread::available_parallelism().map_or(0, usize::from),
    );
    println!();
    println!(
        "{:<44} {:>9} {:>7} {:>6} {:>8} {:>8} {:>9} {:>9}",
        "", "req/s", "of bare", "goal", "ack p50", "ack p99", "server", "client"
    );
    let bare: Vec<f64> = all[0].rounds.iter().map(Round::rate).collect();
    for measured in all.iter() {
        let rounds = &measured.rounds;
        // Round by round: what disturbs one server mostly disturbs its neighbours in time.
        let ratio = median(rounds.iter().zip(&bare).map(|(round, bare)| round.rate() / bare));
        let goal = measured.kind.goal().map_or_else(String::new, |goal| format!("{goal:.2}"));
        println!(
            "{:<44} {:>9.0} {ratio:>7.2} {goal:>6} {:>5.2} ms {:>5.2} ms {:>6.1} us {:>6.1} us",
            measured.kind.title(),
            median(rounds.iter().map(Round::rate)),
            median(rounds.iter().map(|round| round.percentile_ms(50))),
            median(rounds.iter().map(|round| round.percentile_ms(99))),
            median(rounds.iter().map(|round| round.server_us)),
            median(rounds.iter().map(|round| round.client_us)),
        );
    }
    println!("{:<44} server and client: processor time per request", "");
    println!();
    let backlogs = all.iter().flat_map(|measured| &measured.backlogs);
    if let Some(worst) = backlogs.max_by_key(|backlog| backlog.took) {
        println!(
            "{:<44} {} events at the end of a round; caught up {:.2} s later (goal 1 s), but for a tail of {}",
            "longest backlog, indexes and monitor",
            worst.events,
            worst.took.as_secs_f64(),
            worst.tail
        );
    }
    let disk = percentile(syncs, 50);
    println!("{:<44} {:.0} us", "the disk: fdatasync of a 4 KiB append, p50", micros(disk));
    for measured in all.iter_mut().filter(|measured| measured.kind.is_stored()) {
        let quiet = percentile(&mut measured.quiet, 50);
        println!(
            "{:<44} {:.0} us, {:.2} of the disk's sync (goal 2.00)",
            format!("one quiet client, p50: {}", measured.kind.name()),
            micros(quiet),
            quiet.as_secs_f64() / disk.as_secs_f64(),
        );
    }
}

fn micros(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}

fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    times.get((times.len() * percent).div_ceil(100).saturating_sub(1)).copied().unwrap_or_default()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
