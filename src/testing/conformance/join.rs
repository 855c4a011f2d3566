//! Futures that run in turn, in the caller's runtime, without being spawned.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

pub(super) type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Runs all to their end and answers in their order. Each is polled in turn, so that one that gives
/// way lets every other come between its steps.
pub(super) async fn join_all<T>(futures: Vec<Boxed<'_, T>>) -> Vec<T> {
    let mut running: Vec<(Boxed<'_, T>, Option<T>)> =
        futures.into_iter().map(|future| (future, None)).collect();
    poll_fn(|context| {
        let mut pending = false;
        for (future, output) in &mut running {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(ready) => *output = Some(ready),
                    Poll::Pending => pending = true,
                }
            }
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}

/// Polls a future so many times, waiting for it in between, and drops it where it stands; its output
/// if it was quicker.
pub(super) async fn poll_and_drop<T>(mut future: Boxed<'_, T>, times: usize) -> Option<T> {
    let mut polled = 0;
    poll_fn(|context| {
        if polled == times {
            return Poll::Ready(None);
        }
        polled += 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// Lets the other futures go on.
pub(super) async fn give_way() {
    let mut given = false;
    poll_fn(|context| {
        if given {
            return Poll::Ready(());
        }
        given = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
