"""Korean for what many trials leave of a Sharpe ratio, and for intervals by method."""

from __future__ import annotations

__all__ = ["LUCK"]

LUCK: dict[str, str] = {
    "Intervals by method": "방법별 구간",
    "95 % intervals": "95 % 구간",
    "BCa": "BCa",
    "percentile": "백분위",
    "studentised": "스튜던트화",
    "Metric": "지표",
    "Sessions a block": "블록당 거래일",
    "No intervals were made: too few sessions, or a ruined account.": "구간을 만들지 못함: 거래일이 너무 적거나 계좌가 파산함.",
    "not smooth: percentile only": "매끄럽지 않음: 백분위만",
    "the metric moves in no session": "어느 거래일에도 움직이지 않음",
    "Block bootstrap, {count} resamples, blocks of automatic length (Politis and White); studentised in circular blocks, the others in stationary ones. Where sessions depend on each other all hold the truth somewhat less often than 95 %, the studentised one least so. Drawdowns are not smooth: percentile only, and rough. The rest in intervals.csv.": (
        "블록 부트스트랩, 재표본 {count}개, 자동 길이 블록 (Politis·White); 스튜던트화는 순환 블록, 나머지는 정상 블록. 거래일이 서로 의존하면 모두 95 %보다 조금 덜 참값을 담으며 스튜던트화가 가장 덜 그렇습니다. 낙폭은 매끄럽지 않아 백분위만 쓰며 대략적입니다. 나머지는 intervals.csv에."
    ),
    "Best Sharpe ratio of the trials, net": "시도 가운데 최고 샤프 지수, 순수익",
    "the highest of the trials counted on these data, net over the risk-free rate, a year": "이 데이터에서 센 시도 가운데 최고, 무위험 금리 대비 순수익, 연율",
    "Sharpe ratio over that of the untilted mix": "기울이지 않은 배분 대비 샤프 지수 차이",
    "Sharpe ratio equal to that of the untilted mix: p": "기울이지 않은 배분과 샤프 지수가 같다: p",
    "the run is its untilted mix": "실행이 기울이지 않은 배분과 같음",
    "Sharpe ratio less that of the untilted mix, both net over the risk-free rate, a year; 95 % interval: 1.96 standard errors robust to correlation over time (Ledoit and Wolf 2008, Parzen window, Andrews' bandwidth)": (
        "샤프 지수에서 기울이지 않은 배분의 것을 뺀 값, 무위험 금리 대비 순수익, 연율; 95 % 구간: 시간 상관에 강건한 표준오차의 1.96배 (Ledoit·Wolf 2008, Parzen 창, Andrews 폭)"
    ),
    "Minimum backtest length: {whose}": "최소 백테스트 기간 (MinBTL): {whose}",
    "Haircut Sharpe ratio, average of the three p-values: {whose}": "깎은 샤프 지수, 세 p값의 평균: {whose}",
    "Haircut Sharpe ratio, Bonferroni: {whose}": "깎은 샤프 지수, Bonferroni: {whose}",
    "Haircut Sharpe ratio, Holm: {whose}": "깎은 샤프 지수, Holm: {whose}",
    "Haircut Sharpe ratio, Benjamini, Hochberg and Yekutieli: {whose}": "깎은 샤프 지수, Benjamini·Hochberg·Yekutieli: {whose}",
    "the Sharpe ratio is not above 0": "샤프 지수가 0보다 크지 않음",
    "the cells share no sessions, or a cell or its mix was ruined": "칸들이 공유하는 거래일이 없거나, 칸 또는 그 배분이 파산함",
    "no cell differs from its untilted mix": "기울이지 않은 배분과 다른 칸이 없음",
    "the best cell never leaves its mix": "최고 칸이 기준 배분을 벗어나지 않음",
    "no cell has a Sharpe ratio": "샤프 지수가 있는 칸이 없음",
    "their variance that of the trials' Sharpe ratios but at least 1 / (n - 1), Bailey and Lopez de Prado 2014, sessions independent, skewness and kurtosis of the sample (divisor n)": "분산은 시도들의 샤프 지수의 것이되 적어도 1 / (n - 1), Bailey·Lopez de Prado 2014, 거래일 독립, 표본 왜도와 첨도 (나눗수 n)",
    "P(true Sharpe ratio > that of the best of {count} worthless independent trials), {how}": "P(참 샤프 지수 > 가치 없는 독립 시도 {count}회 가운데 최고의 것), {how}",
    "(E[max of {count} normals] / Sharpe ratio per year)^2: in less, the best of so many worthless independent trials is expected to show it; Bailey, Borwein, Lopez de Prado and Zhu 2014; 0 for one trial": (
        "(정규 {count}개의 E[최대] / 연 샤프 지수)^2: 그보다 짧으면 가치 없는 독립 시도 가운데 최고가 보일 만한 값; Bailey·Borwein·Lopez de Prado·Zhu 2014; 시도 1회면 0"
    ),
    "Sharpe ratio per year of a single test with the p-value of this one among {count} tests, Harvey and Liu 2015; {how}": (
        "검정 {count}개 가운데 이것의 p값을 가진 단일 검정의 연 샤프 지수, Harvey·Liu 2015; {how}"
    ),
    "other tests simulated as in Harvey, Liu and Zhu 2016 at a correlation of 0.4; positive autocorrelation of lag one taken out (Lo 2002)": (
        "다른 검정은 Harvey·Liu·Zhu 2016처럼 상관 0.4로 모의; 양의 1차 자기상관은 제거 (Lo 2002)"
    ),
    "other tests simulated as in Harvey, Liu and Zhu 2016 at a correlation of 0.4; positive autocorrelation of lag one taken out (Lo 2002); adjusted p {p}, {cut} cut": (
        "다른 검정은 Harvey·Liu·Zhu 2016처럼 상관 0.4로 모의; 양의 1차 자기상관은 제거 (Lo 2002); 보정 p {p}, {cut} 삭감"
    ),
    "{formula}; 95 % interval: that of the Sharpe ratio, put into the formula": "{formula}; 95 % 구간: 샤프 지수의 구간을 식에 넣은 것",
    "that of the Sharpe ratio reaches 0": "샤프 지수의 구간이 0에 이름",
    "the Sharpe ratio has none": "샤프 지수에 구간이 없음",
    "it is counted, not estimated": "추정이 아니라 센 값",
    "it is 0 whatever the Sharpe ratio": "샤프 지수와 관계없이 0",
    "it says how rare the difference is by chance, it estimates nothing": "차이가 우연히 얼마나 드문지를 말할 뿐 추정값이 아님",
    "the highest of many was chosen, see the deflated Sharpe ratio": "여럿 가운데 고른 최고값이므로 보정 샤프 지수를 볼 것",
    "it is one session of this path": "이 경로의 한 거래일",
    "Probability of a false discovery: {whose}": "거짓 발견일 확률: {whose}",
    "P(true Sharpe ratio 0 | one at least as high as this was seen), where one thesis in ten is worth a Sharpe ratio of 1 a year and the others nothing; sessions correlated as they are, Lopez de Prado, Lipton and Zoonekynd 2025": (
        "P(참 샤프 지수 0 | 이만큼 이상을 보았을 때), 가설 열에 하나는 연 샤프 지수 1의 가치가 있고 나머지는 없다고 봄; 거래일 상관은 있는 그대로, Lopez de Prado·Lipton·Zoonekynd 2025"
    ),
    "Deflated Sharpe ratio of the best cell, form of 2025": "최고 칸의 보정 샤프 지수 (DSR), 2025년 식",
    "Sharpe ratio of choosing across time (CPCV), median": "시간을 가로질러 고른 샤프 지수 (CPCV), 중앙값",
    "Sharpe ratio of choosing across time (CPCV), lowest": "시간을 가로질러 고른 샤프 지수 (CPCV), 최저",
    "the Sharpe ratio is too far from both to tell": "샤프 지수가 둘 다에서 너무 멀어 말할 수 없음",
}
