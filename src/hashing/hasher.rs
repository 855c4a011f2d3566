//! Argon2id for one-time codes.

use std::sync::Arc;
use std::{fmt, thread};

use async_trait::async_trait;
use zeroize::Zeroizing;

use super::evaluation::{Evaluation as Task, Memory, Pepper};
use super::pool::{Pool, Work};
use super::scheme::{Costs, Scheme};
use crate::domain::{CodeHash, Evaluation, HashScheme, HashedCodes, Invalid, KeyId, OneTimeCode};
use crate::ports::{CodeHasher, Entropy, HasherError, Lane, OsEntropy};

/// The most evaluations that wait, unless the host says otherwise: two seconds' worth on two
/// cores.
const WAITING: usize = 256;

/// Hashes one-time codes with Argon2id (RFC 9106) on threads of its own.
///
/// 19 MiB of memory, two passes, one lane, a salt of 16 bytes per code: ASVS 5.0 appendix C. An
/// evaluation takes about 13 ms, the same whether the code is right or wrong.
///
/// ```
/// use mfakit::Argon2Hasher;
///
/// // A pepper of at least 16 random bytes, kept away from the database.
/// let hasher = Argon2Hasher::new().with_pepper("2026-11", &[7; 32])?;
/// # let _ = hasher;
/// # Ok::<(), mfakit::Invalid>(())
/// ```
///
/// # Threads and memory
/// One thread per core and as many buffers of 19 MiB, which are kept, and wiped after each answer.
/// They start with the first codes and end when the hasher is dropped. They need no async runtime,
/// and waiting for them works under any.
///
/// # Under a flood
/// Each account has one evaluation in flight and 64 waiting; accounts take turns; all together 256
/// wait, and as many hashes of new codes, which take turns with the evaluations. What is beyond
/// that is refused at once with [`HasherError::Busy`].
///
/// Recovery has no budget of guesses, because anyone who exhausted it would lock the owner out. So
/// an attacker who knows the password can keep an account's places full. Waiting requests are
/// admitted at random, so the owner keeps a proportional share: a newcomer takes the place of a
/// random waiter, and the next is drawn at random. When the attacker sends `n` answers in the time
/// of one evaluation, about one in `n + 1` of the owner's is judged; the others are refused within
/// moments, and the owner tries again. That is a delay which the attacker can lengthen, not a
/// guarantee: limit the requests per client in front of it.
///
/// # Stored costs
/// The costs of a stored set are read from its scheme and refused, before anything is computed,
/// unless they are 64 to 65,536 KiB, 1 to 10 passes and one lane.
#[derive(Debug)]
pub struct Argon2Hasher {
    costs: Costs,
    pepper: Option<Arc<Pepper>>,
    retired: Vec<Arc<Pepper>>,
    entropy: Salts,
    threads: usize,
    waiting: usize,
    pub(super) pool: Pool,
    /// The number of hashes that were computed.
    #[cfg(test)]
    pub(super) computed: Arc<std::sync::atomic::AtomicUsize>,
}

impl Argon2Hasher {
    /// The default costs, no pepper, one thread per core.
    pub fn new() -> Self {
        Self::costing(Costs::DEFAULT)
    }

    /// Hashes so fast that codes can be guessed from their hashes. For tests, nothing else.
    #[cfg(any(test, feature = "testing"))]
    pub fn cheap_and_insecure() -> Self {
        Self::costing(Costs::CHEAP)
    }

    fn costing(costs: Costs) -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Self {
            costs,
            pepper: None,
            retired: Vec::new(),
            entropy: Salts(Arc::new(OsEntropy)),
            threads,
            waiting: WAITING,
            pool: Pool::new(threads, WAITING),
            #[cfg(test)]
            computed: Arc::default(),
        }
    }

    /// Hashes new codes at other costs: memory in KiB, up to 65,536, and passes over it, up to 10.
    /// Stored codes keep theirs. Memory beyond 19,456 KiB is allocated for each hash separately.
    ///
    /// # Errors
    /// [`Invalid`] below ASVS 5.0 appendix C (47,104 KiB once, 19,456 KiB twice, 12,288 KiB three
    /// times) or above the most.
    pub fn with_costs(mut self, memory: u32, passes: u32) -> Result<Self, Invalid> {
        self.costs = Costs::for_new_codes(memory, passes)?;
        Ok(self)
    }

    /// Mixes a secret into the hashes of new codes, without which a stolen table cannot be
    /// attacked at all (NIST SP 800-63B-4 §3.1.1.2): 16 to 1,024 random bytes, kept away from the
    /// database. Its name is stored with each set.
    ///
    /// # Errors
    /// Returns [`Invalid`] if it has another length, or the name is invalid or taken.
    ///
    /// # Security
    /// Losing the pepper means losing every recovery code hashed with it.
    pub fn with_pepper(mut self, id: impl AsRef<str>, secret: &[u8]) -> Result<Self, Invalid> {
        let pepper = self.new_pepper(id, secret)?;
        self.retired.extend(self.pepper.replace(pepper));
        Ok(self)
    }

    /// Adds a pepper that only verifies codes which were hashed with it.
    ///
    /// # Errors
    /// As [`with_pepper`](Self::with_pepper).
    pub fn with_retired_pepper(
        mut self,
        id: impl AsRef<str>,
        secret: &[u8],
    ) -> Result<Self, Invalid> {
        self.retired.push(self.new_pepper(id, secret)?);
        Ok(self)
    }

    fn new_pepper(&self, id: impl AsRef<str>, secret: &[u8]) -> Result<Arc<Pepper>, Invalid> {
        let id = KeyId::new(id)?;
        if self.find_pepper(&id).is_some() {
            return Err(Invalid::Form { what: "pepper's id", form: "unlike that of any other" });
        }
        let (min, max, found) = (16, 1024, secret.len());
        if !(min..=max).contains(&found) {
            return Err(Invalid::Length { what: "pepper", min, max, found, unit: "bytes" });
        }
        Ok(Arc::new(Pepper { id, secret: Zeroizing::new(secret.to_vec()) }))
    }

    /// Hashes on so many threads, at least one. Each takes 19 MiB.
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads;
        self.pool = Pool::new(self.threads, self.waiting);
        self
    }

    /// Lets so many evaluations wait, at least one, over all accounts.
    pub fn with_waiting(mut self, waiting: usize) -> Self {
        self.waiting = waiting;
        self.pool = Pool::new(self.threads, self.waiting);
        self
    }

    /// Takes salts from another generator.
    pub fn with_entropy(mut self, entropy: Arc<dyn Entropy>) -> Self {
        self.entropy = Salts(entropy);
        self
    }

    /// The scheme of new codes.
    pub(super) fn scheme(&self) -> Scheme {
        Scheme { costs: self.costs, pepper: self.pepper.as_ref().map(|pepper| pepper.id.clone()) }
    }

    /// Hashes new texts, each with a salt of its own, in their order.
    pub(super) async fn hash_new(
        &self,
        texts: Vec<Zeroizing<Vec<u8>>>,
    ) -> Result<Vec<CodeHash>, HasherError> {
        let mut salts = vec![[0; 16]; texts.len()];
        self.entropy.0.fill(salts.as_flattened_mut())?;
        let tasks = texts.into_iter().zip(&salts).map(|(text, salt)| {
            let (costs, pepper) = (self.costs, self.pepper.clone());
            self.work(Task { costs, pepper, text, salt: *salt })
        });
        let replies = self.pool.hash_new(tasks.collect())?;
        let mut hashes = Vec::with_capacity(salts.len());
        for (reply, salt) in replies.into_iter().zip(salts) {
            hashes.push(CodeHash::new(salt, reply.digest().await?));
        }
        Ok(hashes)
    }

    /// The pepper that a stored scheme names.
    pub(super) fn stored_pepper(
        &self,
        id: Option<&KeyId>,
    ) -> Result<Option<Arc<Pepper>>, HasherError> {
        let unknown = HasherError::Scheme("its pepper is not among this hasher's");
        id.map(|id| self.find_pepper(id).cloned().ok_or(unknown)).transpose()
    }

    fn find_pepper(&self, id: &KeyId) -> Option<&Arc<Pepper>> {
        self.pepper.iter().chain(&self.retired).find(|pepper| pepper.id == *id)
    }

    fn work(&self, task: Task) -> Work {
        #[cfg(test)]
        let task = {
            let computed = Arc::clone(&self.computed);
            move |memory: &mut Memory| {
                computed.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                task.compute(memory)
            }
        };
        #[cfg(not(test))]
        let task = move |memory: &mut Memory| task.compute(memory);
        Box::new(task)
    }
}

#[async_trait]
impl CodeHasher for Argon2Hasher {
    async fn hash(&self, codes: Vec<OneTimeCode>) -> Result<HashedCodes, HasherError> {
        let scheme = self.scheme().write()?;
        let texts = codes.iter().map(text_of).collect();
        Ok(HashedCodes { scheme, hashes: self.hash_new(texts).await? })
    }

    async fn evaluate(
        &self,
        lane: Lane,
        code: OneTimeCode,
        scheme: &HashScheme,
        hash: &CodeHash,
    ) -> Result<Evaluation, HasherError> {
        let Scheme { costs, pepper } = Scheme::read(scheme)?;
        let pepper = self.stored_pepper(pepper.as_ref())?;
        let task = Task { costs, pepper, text: text_of(&code), salt: *hash.salt() };
        let digest = self.pool.evaluate(lane, self.work(task))?.digest().await?;
        Ok(hash.evaluate(&digest))
    }
}

impl Default for Argon2Hasher {
    fn default() -> Self {
        Self::new()
    }
}

fn text_of(code: &OneTimeCode) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(code.expose_bytes().to_vec())
}

/// The source of salts.
struct Salts(Arc<dyn Entropy>);

impl fmt::Debug for Salts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salts")
    }
}

#[cfg(test)]
#[cfg(not(shuttle))]
#[path = "hasher_tests.rs"]
mod tests;
