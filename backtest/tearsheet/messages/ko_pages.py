"""Korean for the pages of several runs: the comparison and the gallery."""

from __future__ import annotations

__all__ = ["PAGES"]

# What a sweep stores of the choice among its cells.
CHOICE: dict[str, str] = {
    "Cells that beat their untilted mix (StepM)": "기울이지 않은 배분을 이긴 칸 (StepM)",
    "Deflated Sharpe ratio of the best cell": "최고 칸의 보정 샤프 지수 (DSR)",
    "Haircut Sharpe ratio of the best cell, {method}": "최고 칸의 깎은 샤프 지수, {method}",
    "Hurdle for the return over the untilted mix, {method}": "기울이지 않은 배분 대비 수익률의 문턱, {method}",
    "Minimum backtest length of the best cell": "최고 칸의 최소 백테스트 기간 (MinBTL)",
    "Minimum track record of the best cell": "최고 칸의 최소 기록 기간 (MinTRL)",
    "Probabilistic Sharpe ratio of the best cell": "최고 칸의 확률적 샤프 지수 (PSR)",
    "Reality check (White 2000): p": "리얼리티 체크 (White 2000): p",
    "Record of the best cell": "최고 칸의 기록 기간",
    "Sharpe ratio of the best cell": "최고 칸의 샤프 지수",
    "Superior predictive ability (Hansen 2005): p, consistent": "우월 예측력 (Hansen 2005): p, 일치",
    "Superior predictive ability: p, lower bound": "우월 예측력: p, 하한",
    "Superior predictive ability: p, upper bound": "우월 예측력: p, 상한",
    "Superior predictive ability: statistic": "우월 예측력: 통계량",
    "{count} strategies allow only {ranks} ranks: the probability is coarse below 10": (
        "전략 {count}개는 순위가 {ranks}개뿐: 10개 미만에서는 확률이 거칩니다"
    ),
    "average of the three p-values": "세 p값의 평균",
}

PAGES: dict[str, str] = {
    **CHOICE,
    "Chosen on the sessions before": "그 앞 거래일에서 고른 것",
    "Code": "코드",
    "Compared": "비교",
    "Comparison of runs": "실행 비교",
    "Config": "설정",
    "Conventions differ, so no difference is shown: {what} is {said}.": (
        "계산 규칙이 달라 차이를 보이지 않습니다: {what} {said}."
    ),
    "Drawn: the first {count}.": "그린 것: 처음 {count}개.",
    "Folder": "폴더",
    "Folders that could not be read": "읽지 못한 폴더",
    "Framed: the settings of this run.": "테두리: 이 실행의 설정.",
    "Growth of 1 on a logarithmic axis: {ends}.": "로그 축의 1의 성장: {ends}.",
    "Growth, log": "성장, 로그",
    "Held": "보유 기간",
    "Input": "입력",
    "Inputs by hash": "입력의 해시",
    "Its own period": "자체 기간",
    "Its verdict": "자체 판정",
    "Maximum drawdown, %": "최대 낙폭, %",
    "Mean return, % per year": "평균 수익률, 연 %",
    "Net of costs, from the first shared session.": "비용 차감 후, 첫 공통 거래일부터.",
    "No walk-forward: {reason}.": "워크포워드 없음: {reason}.",
    "Numbers and their differences": "숫자와 그 차이",
    "On the shared sessions": "공통 거래일에서",
    "Runs": "실행",
    "Sharpe ratio held": "보유 중 샤프 지수",
    "Sharpe ratio there": "고를 때 샤프 지수",
    "Settings that differ": "다른 설정",
    "The best cells": "가장 좋은 칸",
    "The choice among the cells": "칸 가운데 고르기",
    "The configs say the same.": "설정이 같습니다.",
    "The other settings held at: {held}.": "나머지 설정: {held}.",
    "Trials: those counted when the run was made.": "시도: 실행했을 때 센 것.",
    "Verdict": "판정",
    "Volatility, % per year": "변동성, 연 %",
    "Walk-forward": "워크포워드",
    "Walk-forward over {count} windows, {purge} sessions purged: Sharpe ratio {sharpe}, probability above 0: {psr}.": (
        "워크포워드 {count}구간, {purge}거래일 제외: 샤프 지수 {sharpe}, 0보다 클 확률 {psr}."
    ),
    "What choosing the best leaves of it": "최고를 고른 뒤 남는 것",
    "What each run found": "각 실행이 찾은 것",
    "differs": "다름",
    "growth": "성장",
    "{name} minus A, \u00b1 s.e.": "{name} \u2212 A, ± 표준오차",
    "not stated": "밝히지 않음",
    "real": "실제",
    "s.e.: paired circular block bootstrap, {draws} draws, blocks of n^(1/3) sessions, seed {seed}.": (
        "표준오차: 짝지은 순환 블록 부트스트랩, {draws}회 추출, n^(1/3)거래일 블록, 시드 {seed}."
    ),
    "same": "같음",
    "simulated": "모의",
    "the adjustment of prices": "가격 조정:",
    "the calendar": "달력:",
    "the currency of the account": "계좌 통화:",
    "the kind of fill": "체결 방식:",
    "the kind of prices": "가격의 종류:",
    "the risk-free rate": "무위험 금리:",
    "the sessions of a year": "한 해의 거래일 수:",
    "{count} finished runs.": "끝난 실행 {count}개.",
    "{count} more differences": "차이 {count}개 더",
    "{count} runs on the {sessions} sessions they share, {first} to {last}. A is the reference.": (
        "실행 {count}개, 공통 {sessions}거래일 {first} ~ {last}. A가 기준입니다."
    ),
}
