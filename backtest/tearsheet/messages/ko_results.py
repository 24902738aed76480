"""Korean for what other modules say in English: metric labels, verdict, warnings, reasons, rules."""

from __future__ import annotations

__all__ = ["RESULTS"]

<<<<<<< HEAD
EDGE = "net of costs the tilts made {value} a year against the untilted mix (95 % interval {low} to {high}, {count} events{tests})."
MADE = "기울기는 비용을 빼고 기울이지 않은 배분보다 연 {value} (95 % 구간 {low} ~ {high}, 이벤트 {count}건{tests})."

JUDGED: dict[str, str] = {
    f"Supported: {EDGE}": f"뒷받침됨: {MADE}",
    f"Not distinguishable from luck: {EDGE}": f"운과 구별되지 않음: {MADE}",
    f"Refuted: {EDGE}": f"반박됨: {MADE}",
    f"Not informative, fewer than {{few}} events cannot tell skill from luck: {EDGE}": (
        f"판단할 수 없음, 이벤트 {{few}}건 미만으로는 실력과 운을 가릴 수 없음: {MADE}"
    ),
    f"Not informative, only a gain of {{drift}} per event could have been found: {EDGE}": (
        f"판단할 수 없음, 이벤트당 {{drift}} 이상의 이익만 찾을 수 있었음: {MADE}"
    ),
    f"Not informative, nothing could have been found: {EDGE}": f"판단할 수 없음, 아무것도 찾을 수 없었음: {MADE}",
}

=======
>>>>>>> 60b9254 (The verdict by code and numbers in every language; deflated Sharpe ratio from the metrics; judgement on disk)
METRICS: dict[str, str] = {
    "Alpha to benchmark": "벤치마크 알파",
    "CAGR, net": "순 연복리수익률",
    "Calmar ratio": "칼마 지수",
    "Costs per year": "연간 비용",
    "Costs, all kinds": "모든 비용",
    "Drawdown peak": "낙폭 고점",
    "Drawdown recovery": "낙폭 회복",
    "Drawdown trough": "낙폭 저점",
    "Events with a gain": "이익 난 이벤트",
    "Information ratio": "정보 비율",
    "Information ratio over untilted mix": "기준 대비 정보 비율",
    "Maximum drawdown": "최대 낙폭",
    "Mean gross exposure": "평균 총 익스포저",
    "Return over untilted mix": "기준 대비 수익률",
    "Sortino ratio": "소르티노 지수",
    "Total return": "총수익률",
    "Volatility": "변동성",
}

RESULTS: dict[str, str] = {
    **METRICS,
    **{f"{label}: {{whose}}": f"{other}: {{whose}}" for label, other in METRICS.items()},
    "Sharpe ratio: {whose}": "샤프 지수: {whose}",
    "untilted mix": "기울이지 않은 배분",
<<<<<<< HEAD
    **{
        one.replace("{tests}", tests): other.replace("{tests}", tests)
        for one, other in JUDGED.items()
        for tests in ("", "{tests}")
    },
    "; placebo p {p}; deflated Sharpe ratio {ratio} over {trials}": "; 위약 p {p}; 디플레이트 샤프 지수 {ratio}, {trials}",
    "; placebo p {p}": "; 위약 p {p}",
    "; deflated Sharpe ratio {ratio} over {trials}": "; 디플레이트 샤프 지수 {ratio}, {trials}",
    "{count} trial": "시도 {count}회",
    "{count} trials": "시도 {count}회",
=======
    "{judged}{why}: {edge}.": "{judged}{why}: {edge}.",
    "Supported": "뒷받침됨",
    "Refuted": "반박됨",
    "Not distinguishable from luck": "운과 구별되지 않음",
    "Not informative": "판단할 수 없음",
    ", too few events to tell skill from luck": ", 이벤트가 적어 실력과 운을 가릴 수 없음",
    ", nothing could have been found": ", 아무것도 찾을 수 없었음",
    ", only a gain of {drift} per event could have been found": ", 이벤트당 {drift}의 이익만 찾을 수 있었음",
    "net of costs the tilts made {edge} a year against the untilted mix (95 % interval {low} to {high}, {count} events)": (
        "기울기는 비용을 빼고 기울이지 않은 배분보다 연 {edge} (95 % 구간 {low} ~ {high}, 이벤트 {count}건)"
    ),
    "; placebo p {p}": "; 위약 p {p}",
    "; deflated Sharpe ratio {dsr} over trials: {trials}": "; 보정 샤프 지수 {dsr}, 시도 {trials}회",
    "over the base {value}": "기준 대비 {value}",
    "years": "년",
    "Probabilistic Sharpe ratio: {whose}": "확률적 샤프 지수 (PSR): {whose}",
    "Minimum track record: {whose}": "최소 기록 기간 (MinTRL): {whose}",
    "Deflated Sharpe ratio, {trials}: {whose}": "보정 샤프 지수 (DSR), {trials}: {whose}",
    "net returns over the risk-free rate": "무위험 금리 대비 순수익률",
    "net returns over the untilted mix": "기울이지 않은 배분 대비 순수익률",
    "Probabilities from 0 to 1; PSR and MinTRL after Bailey and Lopez de Prado 2012, DSR 2014.": "0에서 1까지의 확률; PSR과 MinTRL은 Bailey·Lopez de Prado 2012, DSR은 2014.",
    "as run": "실행 그대로",
    "1 session later": "1거래일 늦게",
    "{count} sessions later": "{count}거래일 늦게",
    "grade C one session later": "C등급은 1거래일 늦게",
    "event study": "이벤트 연구",
    "weighting": "가중",
    "market part": "시장 몫",
    "timing lag": "시점 지연",
    "decay and holding": "감쇠와 보유",
    "overlap": "겹침",
    "controls": "대조군",
    "compounding and drift": "복리와 표류",
    "account limits": "계좌 한도",
    "borrow fees": "차입 비용",
    "interest": "이자",
>>>>>>> 60b9254 (The verdict by code and numbers in every language; deflated Sharpe ratio from the metrics; judgement on disk)
    "Not informative: {reason}.": "판단할 수 없음: {reason}.",
    "Not informative: no event was traded; the funnel says why.": "판단할 수 없음: 거래된 이벤트가 없음; 이유는 깔때기에.",
    "Base mix alone: the config has no signals, so there is nothing to judge.": "기준 배분뿐: 설정에 신호가 없어 판단할 것이 없습니다.",
    "Ruined: the account lost all its capital and was closed.": "파산: 계좌가 자본을 모두 잃고 닫혔습니다.",
    "The account was ruined on {day} and closed.": "계좌가 {day}에 파산하여 닫혔습니다.",
    "{count} sessions ended below the maintenance margin; positions were scaled down.": "{count}거래일이 유지증거금 아래로 끝나 포지션을 줄였습니다.",
    "{count} orders had no fill price and waited.": "주문 {count}건은 체결 가격이 없어 기다렸습니다.",
    "{count} orders waited because the volume behind impact or participation was unknown.": "주문 {count}건은 거래량을 몰라 기다렸습니다.",
    "{count} findings in the prices, first: {first}": "가격에서 {count}건 발견, 첫째: {first}",
    "{count} doubts in the prices ({said}); quality.parquet lists each row.": "가격에 의심 {count}건 ({said}); 각 행은 quality.parquet에.",
    "The bounds shrank the tilts of {count} of {whole} decisions, at most to {least}.": "한도가 결정 {whole}건 중 {count}건의 기울기를 최소 {least}까지 줄였습니다.",
    "date only: known at the end of that day, next session": "날짜만: 그날 끝에 알려짐, 다음 거래일",
    "{exchange} closed that day: next session": "그날 {exchange} 휴장: 다음 거래일",
    "before the open: {fill} of the same session": "개장 전: 같은 거래일 {fill}",
    "during the session: close of the same session": "장중: 같은 거래일 종가",
    "during the session: next open": "장중: 다음 시가",
    "at or after the close: next session": "마감 후: 다음 거래일",
    "faded": "소멸",
    "next event": "다음 이벤트",
    "end of run": "실행 종료",
    "cooldown": "휴지 기간",
    "no benchmark is set": "벤치마크가 없음",
    "no event was traded": "거래된 이벤트가 없음",
    "the account was ruined": "계좌가 파산함",
    "no drawdown": "낙폭 없음",
    "not recovered by the last session": "마지막 거래일까지 회복하지 못함",
    "{years} years: annualising less than one year would exaggerate": "{years}년: 1년 미만을 연율화하면 과장됩니다",
    "no signal for {kind}": "{kind}에 대한 신호 없음",
    "{asset} has no prices": "{asset}의 가격 없음",
    "the window leaves the prices": "구간이 가격을 벗어남",
    "before the first session": "첫 거래일 이전",
    "after the last session": "마지막 거래일 이후",
    "fewer than {count} returns in the estimation window": "추정 구간의 수익률이 {count}개 미만",
    "evidence.study is off": "evidence.study가 꺼져 있음",
    "simulated market, seed {seed}": "모의 시장, 시드 {seed}",
    "simulated events, seed {seed}": "모의 이벤트, 시드 {seed}",
    "Simulated prices: a seeded factor model (seed {seed}), no market ever paid them.": (
        "모의 가격: 시드가 있는 요인 모형 (시드 {seed}), 어떤 시장도 치른 적이 없는 가격입니다."
    ),
    (
        "Planted effect: every {kind} event of strength 1 moves {up} by {gain} bps and {down} by {loss} bps from its "
        "first tradable open on, half of it within {half} sessions."
    ): (
        "심어 둔 효과: 강도 1의 {kind} 이벤트마다 첫 거래 가능 시가부터 {up} {gain} bps, {down} {loss} bps, 그 절반은 "
        "{half}거래일 안에."
    ),
}
