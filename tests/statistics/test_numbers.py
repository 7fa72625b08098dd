"""The judge's formulas beside scipy and numpy, on random arguments and on extreme ones.

Both may differ by 1e-8 of the number. What is a logarithm (of a likelihood ratio, a probability or an e-value) may differ
by 1e-8 of what it is the logarithm of, or of itself where it is large: scipy takes it from logarithms of factorials,
which have no more digits. Where something else is allowed, the test says why.
"""

import math
import pathlib
import subprocess

import numpy as np
import pytest
from scipy import optimize, spatial, special, stats

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "build" / "dev" / "tests" / "statistics" / "judge_numbers"
TOLERANCE = 1e-8
CASES = 150


def judge(function, cases):
    """What the judge says of each case, a list of arguments, which are numbers or lists of numbers."""
    def word(argument):
        return ",".join(repr(float(number)) for number in np.atleast_1d(argument))

    lines = "".join(" ".join([function, *map(word, case)]) + "\n" for case in cases)
    done = subprocess.run([PROGRAM], input=lines, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    answers = [[float(number) for number in line.split()] for line in done.stdout.splitlines()]
    assert len(answers) == len(cases)
    return answers


def compare(function, cases, expected, *, logarithms=False, absolute=0.0):
    """Each case's numbers are those of expected(*case)."""
    assert len(cases) >= 20
    for case, found in zip(cases, judge(function, cases)):
        wanted = [float(number) for number in np.atleast_1d(expected(*case))]
        assert len(found) == len(wanted)
        for ours, theirs in zip(found, wanted):
            if math.isinf(theirs):
                assert ours == theirs, (function, case)
                continue
            allowed = TOLERANCE * (max(1.0, abs(theirs)) if logarithms else abs(theirs)) + absolute
            assert abs(ours - theirs) <= allowed, (function, case, ours, theirs)


@pytest.fixture
def random():
    return np.random.default_rng(20241126)


def spread(random, low, high):
    """A number between both, its logarithm uniform."""
    return math.exp(random.uniform(math.log(low), math.log(high)))


def table(random, most):
    """Requests and bad ones of canary and stable, with rates from nearly 0 to nearly 1."""
    canary, stable = int(spread(random, 1, most)), int(spread(random, 1, most))
    rate = 1 / (1 + math.exp(random.uniform(-8, 8)))
    return [canary, int(random.binomial(canary, rate)), stable, int(random.binomial(stable, rate))]


def counts(random, buckets, most):
    """Two lists over the same buckets, some of them empty; each has something."""
    shares = random.dirichlet(np.full(buckets, random.choice([0.3, 1, 10])), size=2)
    pair = [random.multinomial(int(spread(random, 5, most)), share) for share in shares]
    return [np.asarray(one, dtype=float) for one in pair]


# --- special functions ---------------------------------------------------------------------------------------------

def test_log_gamma(random):
    compare("log_gamma", [[spread(random, 1e-3, 1e9)] for _ in range(CASES)], special.gammaln, logarithms=True)


def test_incomplete_gamma(random):
    cases = []
    for _ in range(CASES):
        a = spread(random, 0.5, 1e5)
        cases.append([a, a * (1 + random.uniform(-3, 3) / math.sqrt(a)) if a > 20 else spread(random, 0.01, 30)])
    compare("gamma_lower", cases, special.gammainc)
    compare("gamma_upper", cases, special.gammaincc)


def test_incomplete_beta(random):
    cases = []
    for _ in range(CASES):
        a, b = spread(random, 0.5, 1e5), spread(random, 0.5, 1e5)
        cases.append([stats.beta.ppf(random.uniform(1e-6, 1 - 1e-6), a, b), a, b])
    compare("beta", cases, lambda x, a, b: special.betainc(a, b, x))


def test_terms_of_binomial_and_poisson_distributions(random):
    binomial, poisson = [], []
    for _ in range(CASES):
        n, p = int(spread(random, 1, 1e7)), 1 / (1 + math.exp(random.uniform(-9, 9)))
        binomial.append([int(random.binomial(n, p)), n, p])
        mean = spread(random, 1e-3, 1e6)
        poisson.append([int(random.poisson(mean)), mean])
    compare("log_binomial_term", binomial, stats.binom.logpmf, logarithms=True)
    compare("log_poisson_term", poisson, stats.poisson.logpmf, logarithms=True)


# --- errors, latency, shares ---------------------------------------------------------------------------------------

def fisher_by_scipy(a, x, b, y, r0, odds):
    def log_likelihood(ratio):
        return stats.nchypergeom_fisher.logpmf(x, a + b, a, x + y, ratio)
    return [log_likelihood(ratio) - log_likelihood(r0) for ratio in odds]


def fisher_by_summation(a, x, b, y, r0, odds):
    """The whole support summed in logarithms: where scipy's probability is too small for a double."""
    j = np.arange(max(0, x + y - b), min(a, x + y) + 1)
    weights = (special.gammaln(a + 1) - special.gammaln(j + 1) - special.gammaln(a - j + 1) + special.gammaln(b + 1)
               - special.gammaln(x + y - j + 1) - special.gammaln(b - x - y + j + 1))

    def log_likelihood(ratio):
        return x * math.log(ratio) - special.logsumexp(weights + j * math.log(ratio))
    return [log_likelihood(ratio) - log_likelihood(r0) for ratio in odds]


HARM = np.array([1.1, 1.25, 1.5, 2, 3, 5, 10, 30])


def test_fishers_noncentral_hypergeometric_distribution(random):
    cases = []
    while len(cases) < CASES:
        case = table(random, 3000)
        r0 = random.choice([1.0, 1.2, 1.5])
        likeliest = 1.0 if case[1] * (case[2] - case[3]) < case[3] * (case[0] - case[1]) else 3.0
        cases.append([*case, r0, np.array([likeliest, 0.5, 1.25 * r0, 2 * r0])])
    compare("fnch", cases, fisher_by_scipy, logarithms=True)


def test_fishers_distribution_of_many_requests_and_far_from_what_was_seen(random):
    cases = [[*table(random, 1e5), r0, r0 * HARM] for r0 in (1.0, 1.2, 2.0) for _ in range(CASES // 3)]
    cases += [[*case, 1.2, 1.2 * HARM] for case in (
        [1, 1, 1, 0], [1, 0, 1, 1], [5, 5, 7, 7], [5, 0, 7, 0], [1, 1, 100000, 0], [100000, 0, 1, 1],
        [50000, 50000, 50000, 0], [50000, 0, 50000, 50000], [99999, 99998, 100000, 1])]
    # Logarithms of factorials of 1e5 are a million: scipy's sum keeps about ten digits behind the point.
    compare("fnch", cases, fisher_by_summation, logarithms=True)


def test_evidence_by_a_difference(random):
    def nearest(a, b, qc, qs, difference):
        def slope(p):
            pc = p + difference
            return a * (pc - qc) / (pc * (1 - pc)) + b * (p - qs) / (p * (1 - p))
        return optimize.brentq(slope, 1e-300, 1 - difference - 1e-16, xtol=1e-300, rtol=1e-15)

    def log_ratio(a, x, b, y, qc, qs, pc, ps):
        return (stats.binom.logpmf(x, a, qc) - stats.binom.logpmf(x, a, pc)
                + stats.binom.logpmf(y, b, qs) - stats.binom.logpmf(y, b, ps))

    def safe(a, x, b, y, q, difference):
        ps = nearest(a, b, q, q, difference)
        return log_ratio(a, x, b, y, q, q, ps + difference, ps)

    def harm(a, x, b, y, past_a, past_x, past_b, past_y, difference):
        qc, qs = (past_x + 0.001) / (past_a + 0.5), (past_y + 0.001) / (past_b + 0.5)
        if qc <= qs + difference:
            return 0.0
        ps = nearest(a, b, qc, qs, difference)
        return log_ratio(a, x, b, y, qc, qs, ps + difference, ps)

    points, cases, pasts = [], [], []
    for _ in range(CASES):
        difference = random.choice([0.001, 0.01, 0.05])
        q = spread(random, 1e-6, 0.9)
        a, x, b, y = table(random, 1e5)
        points.append([a, b, min(0.95, q + random.uniform(0, 0.1)), q, difference])
        cases.append([a, x, b, y, q, difference])
        pasts.append([a, x, b, y, *table(random, 1e5), difference])
    compare("nearest", points, nearest)
    compare("safe_difference", cases, safe, logarithms=True)
    compare("harm_difference", pasts, harm, logarithms=True)
    assert sum(harm(*case) != 0 for case in pasts) > 20


# --- limits --------------------------------------------------------------------------------------------------------

def test_evidence_against_a_limit(random):
    def expected(total, bad, limit, odds):
        def log_likelihood(rate):
            return stats.binom.logpmf(bad, total, rate)
        rates = odds * limit / (1 - limit + odds * limit)
        return [log_likelihood(rate) - log_likelihood(limit) for rate in rates]

    cases = []
    for _ in range(CASES):
        total, limit = int(spread(random, 1, 1e6)), spread(random, 1e-4, 0.9)
        bad = int(random.binomial(total, min(1, limit * random.choice([0.1, 1, 1.5]))))
        cases.append([total, bad, limit, np.array([0, 0.1, 0.5, 0.75, 1.25, 2, 10])])
    compare("limit", cases, expected, logarithms=True)


def test_clopper_and_pearsons_bound(random):
    def of_beta(total, bad, error):
        return stats.beta.isf(error, bad + 1, total - bad)

    def of_test(total, bad, error):
        test = stats.binomtest(int(bad), int(total), alternative="less")
        return test.proportion_ci(confidence_level=1 - error, method="exact").high

    cases = []
    for _ in range(CASES):
        total = int(spread(random, 2, 1e7))
        cases.append([total, min(total - 1, int(total * spread(random, 1e-8, 1))), spread(random, 1e-5, 0.3)])
    compare("upper_rate", cases, of_beta)
    # scipy looks for this root with steps down to 2e-12.
    compare("upper_rate", cases[:40], of_test, absolute=4e-12)


# --- pods ----------------------------------------------------------------------------------------------------------

def test_evidence_of_poisson_events(random):
    def expected(canary, stable, canary_exposure, stable_exposure, r0, ratios):
        def log_likelihood(ratio):
            share = canary_exposure * ratio / (canary_exposure * ratio + stable_exposure)
            return stats.binom.logpmf(canary, canary + stable, share)
        return [log_likelihood(ratio) - log_likelihood(r0) for ratio in ratios]

    cases = []
    for _ in range(CASES):
        events = [int(random.poisson(spread(random, 0.1, 1e4))) for _ in range(2)]
        cases.append([*events, spread(random, 1, 1e4), spread(random, 1, 1e4), 1.2, 1.2 * HARM])
    compare("poisson", cases, expected, logarithms=True)


# --- means ---------------------------------------------------------------------------------------------------------

def test_evidence_of_a_mean_is_where_the_confidence_sequence_leaves_zero(random):
    """The one-sided bound of Waudby-Smith et al. (2024) as it is printed, solved for the mean at which it is 0."""
    rho, cases, wanted, radii = 0.7593, [], [], []
    for _ in range(CASES):
        n, alpha = int(spread(random, 2, 3000)), spread(random, 1e-6, 0.4)
        values = random.normal(size=n) * spread(random, 1e-3, 1e3)
        v = n * rho**2 + 1
        radius = np.std(values, ddof=1) * math.sqrt(2 * v / (n * rho)**2 * math.log(1 + math.sqrt(v) / (2 * alpha)))
        cases.append([values - np.mean(values) + radius, rho])
        wanted.append(math.log(1 / alpha))
        radii.append([values, rho, alpha, radius])
    for found, log in zip(judge("mean_evidence", cases), wanted):
        assert found[0] == pytest.approx(log, rel=TOLERANCE, abs=TOLERANCE)
    for found, case in zip(judge("mean_radius", [case[:3] for case in radii]), radii):
        assert found[0] == pytest.approx(case[3], rel=TOLERANCE)


# --- drift ---------------------------------------------------------------------------------------------------------

def test_noncentral_chi_square_at_its_quantiles(random):
    upper, lower, probabilities = [], [], []
    for _ in range(CASES):
        degrees, noncentrality = random.integers(1, 60), spread(random, 0.1, 1e4)
        p = spread(random, 1e-6, 0.5)
        upper.append([stats.ncx2.isf(p, degrees, noncentrality), degrees, noncentrality])
        lower.append([stats.ncx2.ppf(p, degrees, noncentrality), degrees, noncentrality])
        probabilities.append(p)
    for function, cases in (("chi2_upper", upper), ("chi2_lower", lower)):
        for found, p, case in zip(judge(function, cases), probabilities, cases):
            assert found[0] == pytest.approx(p, rel=TOLERANCE), (function, case)


def test_noncentral_chi_square_tails(random):
    cases = []
    for _ in range(CASES):
        degrees, noncentrality = random.integers(1, 60), spread(random, 1e-3, 1e4)
        mean, deviation = degrees + noncentrality, math.sqrt(2 * (degrees + 2 * noncentrality))
        cases.append([max(0.05 * mean, mean + deviation * random.uniform(-4, 5)), degrees, noncentrality])
    compare("chi2_lower", cases, stats.ncx2.cdf)
    compare("chi2_upper", cases, stats.ncx2.sf)


def test_population_stability_index(random):
    def expected(reference, current):
        p, q = reference + 0.5, current + 0.5
        return stats.entropy(p, q) + stats.entropy(q, p)

    cases = [counts(random, random.integers(2, 40), 1e6) for _ in range(CASES)]
    # Of shares that are nearly the same both ways leave rounding of the single terms.
    compare("psi", cases, expected, absolute=1e-13)


def test_distances_of_counts(random):
    cases = [counts(random, random.integers(2, 40), 1e6) for _ in range(CASES)]
    cases += [[np.array([0, 7.0, 0]), np.array([3.0, 0, 0])], [np.array([1.0, 2, 3]), np.array([1e6, 2e6, 3e6])]]
    # The root of a sum that is 0 but for its rounding, 1e-16, is 1e-8.
    compare("jensen_shannon", cases, spatial.distance.jensenshannon, absolute=2e-8)
    compare("hellinger", cases, lambda a, b: math.sqrt(max(
        0.0, 1 - float(np.sum(np.sqrt(a / a.sum()) * np.sqrt(b / b.sum()))))), absolute=2e-8)
    compare("total_variation", cases, lambda a, b: spatial.distance.cityblock(a / a.sum(), b / b.sum()) / 2,
            absolute=1e-15)


def test_kolmogorovs_and_wassersteins_distance_are_those_of_the_observations(random):
    pairs = [counts(random, random.integers(3, 30), 3000) for _ in range(CASES)]
    compare("kolmogorov_smirnov", pairs, lambda a, b: stats.ks_2samp(
        np.repeat(np.arange(len(a)), a.astype(int)), np.repeat(np.arange(len(b)), b.astype(int)),
        method="asymp").statistic, absolute=1e-15)

    def shift(edges, reference, current):
        middles = np.concatenate([[edges[0]], (edges[:-1] + edges[1:]) / 2, [edges[-1]]])
        observations = np.repeat(middles, reference.astype(int))
        if np.ptp(observations) == 0:
            return math.inf
        return stats.wasserstein_distance(middles, middles, reference, current) / np.std(observations)

    cases = [[np.cumsum(random.exponential(spread(random, 1e-3, 1e3), size=len(a) - 1)), a, b] for a, b in pairs]
    compare("wasserstein", cases, shift, absolute=1e-14)


def test_evidence_that_the_versions_differ_at_all(random):
    def expected(canary, stable, canary_shares, stable_shares):
        n, m = canary.sum(), stable.sum()
        common = (n * canary_shares + m * stable_shares) / (n + m)
        return (stats.multinomial.logpmf(canary, n, canary_shares) - stats.multinomial.logpmf(canary, n, common)
                + stats.multinomial.logpmf(stable, m, stable_shares) - stats.multinomial.logpmf(stable, m, common))

    cases = []
    for _ in range(CASES):
        canary, stable = counts(random, random.integers(2, 20), 1e4)
        shares = random.dirichlet(np.full(len(canary), 2.0), size=2)
        cases.append([canary, stable, *(np.maximum(shares, 1e-9) / np.maximum(shares, 1e-9).sum(axis=1)[:, None])])
    compare("different", cases, expected, logarithms=True)
