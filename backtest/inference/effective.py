"""How many independent trials a family of correlated ones is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    F = NDArray[np.float64]

__all__ = ["RULES", "Rule", "by_average_correlation", "by_clusters", "by_rank", "clusters", "correlations", "worth"]

Rule = Literal["rank", "average_correlation", "clusters", "all"]
RULES: dict[Rule, str] = {
    "rank": "1 + effective rank of the correlations of returns less their mean over trials",
    "average_correlation": "r + (1 - r) N, r the average correlation of returns",
    "clusters": "number of clusters of returns by correlation, silhouettes at their best",
    "all": "all trials, taken as independent",
}
FEWEST_FOR_CLUSTERS, MOST_FOR_CLUSTERS = 4, 400


def correlations(returns: F) -> F:
    """Give the correlations of the columns of (sessions, trials); trials that do not vary correlate with nothing."""
    deviation = returns - returns.mean(axis=0)
    norm = np.sqrt(np.sum(deviation**2, axis=0))
    flat = norm <= 1e-14 * np.maximum(1.0, np.abs(returns).max(axis=0)) * np.sqrt(len(returns))
    unit = np.where(flat, 0.0, deviation / np.where(flat, 1.0, norm))
    matrix = np.clip(unit.T @ unit, -1.0, 1.0)
    np.fill_diagonal(matrix, 1.0)
    return np.asarray((matrix + matrix.T) / 2.0)


def worth(returns: F, rule: Rule = "rank") -> tuple[float, str]:
    """Give the independent trials that the columns of (sessions, trials) are worth, and by which rule they are told.

    ``rank``: see `_by_rank_apart`. ``average_correlation``, ``clusters``: of the correlations of the returns as they
    are, see those functions; more than 400 trials are not clustered but all counted. ``all``: every one.
    """
    count = returns.shape[1]
    if rule == "clusters" and count > MOST_FOR_CLUSTERS:
        return float(count), f"{RULES['all']}: more than {MOST_FOR_CLUSTERS} are not clustered"
    if rule == "all" or count < 2:
        return float(count), RULES[rule]
    if rule == "rank":
        return _by_rank_apart(returns), RULES[rule]
    matrix = correlations(returns)
    return by_average_correlation(matrix) if rule == "average_correlation" else float(by_clusters(matrix)), RULES[rule]


def _by_rank_apart(returns: F) -> float:
    """Give 1 + effective rank of the correlations of the returns less the mean over trials.

    What all trials share (the market) moves no trial ahead of another; with it, a hundred tilts of one portfolio would
    count as one. N independent trials are worth N, N equal ones 1.
    """
    apart = returns - returns.mean(axis=1, keepdims=True)
    size = np.abs(returns).max(initial=0.0)
    own = np.abs(apart).max(axis=0, initial=0.0) > 1e-12 * size
    return 1.0 + by_rank(correlations(apart[:, own])) if own.any() else 1.0


def by_average_correlation(matrix: F) -> float:
    """Give r + (1 - r) N for the average correlation r off the diagonal, cut at 0 (Bailey and Lopez de Prado 2014)."""
    n = len(matrix)
    if n < 2:
        return float(n)
    average = float((matrix.sum() - np.trace(matrix)) / (n * (n - 1)))
    kept = max(average, 0.0)
    return kept + (1.0 - kept) * n


def by_rank(matrix: F) -> float:
    """Give the effective rank exp(H(p)), p the eigenvalues over their sum (Roy and Vetterli 2007)."""
    values = np.maximum(np.linalg.eigvalsh(matrix), 0.0)
    share = values[values > 0.0] / values.sum()
    return float(np.exp(-np.sum(share * np.log(share))))


def by_clusters(matrix: F) -> int:
    """Give the number of clusters of trials, see `clusters`."""
    return int(clusters(matrix).max(initial=-1)) + 1


def clusters(matrix: F) -> NDArray[np.int64]:
    """Give a cluster number per trial: average linkage, cut where silhouettes have the best mean over deviation.

    Distance sqrt((1 - r) / 2); the quality of a cut is that of Lopez de Prado's optimal number of clusters (2018),
    which uses k-means, and so random starts, in the place of linkage. Ties go to the smaller number of clusters.
    """
    n = len(matrix)
    distance = np.sqrt(np.maximum((1.0 - matrix) / 2.0, 0.0))
    cuts = _cuts(distance)
    if n < FEWEST_FOR_CLUSTERS:
        return cuts[n] if n else np.empty(0, np.int64)
    quality = {count: _quality(distance, cuts[count]) for count in range(2, n)}
    best = max(quality, key=lambda count: (quality[count], -count))
    return cuts[best]


def _cuts(distance: F) -> dict[int, NDArray[np.int64]]:
    """Merge the two nearest clusters again and again; give the labels at every number of clusters."""
    n = len(distance)
    between = distance.copy()
    np.fill_diagonal(between, np.inf)
    labels, size = np.arange(n), np.ones(n)
    cuts = {n: labels.copy()}
    for count in range(n - 1, 0, -1):
        kept, gone = sorted(divmod(int(np.argmin(between)), n))
        total = size[kept] + size[gone]
        between[kept] = (size[kept] * between[kept] + size[gone] * between[gone]) / total
        between[kept, kept] = np.inf
        between[:, kept] = between[kept]
        between[gone] = between[:, gone] = np.inf
        size[kept] = total
        labels[labels == gone] = kept
        cuts[count] = np.unique(labels, return_inverse=True)[1].astype(np.int64)
    return cuts


def _quality(distance: F, labels: NDArray[np.int64]) -> float:
    """Give mean / deviation of the silhouettes; singletons count as 0."""
    count = int(labels.max()) + 1
    member = labels[None, :] == np.arange(count)[:, None]
    size = member.sum(axis=1)
    sums = distance @ member.T.astype(np.float64)
    rows = np.arange(len(labels))
    own = sums[rows, labels] / np.maximum(size[labels] - 1, 1)
    others = sums / size
    others[rows, labels] = np.inf
    near = others.min(axis=1)
    silhouette = np.where(size[labels] > 1, (near - own) / np.maximum(np.maximum(near, own), 1e-300), 0.0)
    spread = float(silhouette.std())
    return float(silhouette.mean()) / spread if spread > 1e-12 else float(silhouette.mean()) / 1e-12
