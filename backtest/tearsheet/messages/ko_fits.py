"""Korean for what was fitted on training events."""

from __future__ import annotations

__all__ = ["FITS"]

FITS: dict[str, str] = {
    "A dash: the data leave that end open.": "줄표: 자료가 그 끝을 정하지 못합니다.",
    "Fitted, 95 % interval": "추정, 95 % 구간",
    "Half-life {dash}: {reason}.": "반감기 {dash}: {reason}.",
    "Half-life {value} sessions ({lower} to {upper}), whole drift {drift}.": "반감기 {value}거래일 ({lower} ~ {upper}), 전체 표류 {drift}.",
    "Mean abnormal return": "평균 초과수익",
    "Used in the run": "실행에 쓴 값",
    "Used: {decay}": "사용: {decay}",
    "p without a drift": "표류가 없을 때의 p",
    "the fit": "추정값",
    "{count} training events to {until}, sessions after the fill; without any drift as much would be seen with p {p}.": "{until}까지 훈련 이벤트 {count}건, 체결 후 거래일; 표류가 전혀 없어도 이만큼 보일 확률 p {p}.",
    "{signal} has none: {reason}.": "{signal}에는 값이 없습니다: {reason}.",
    "{signal}: drift after training events, %": "{signal}: 훈련 이벤트 후 표류, %",
    "decay cannot be fitted: over {sessions} sessions the mean abnormal return of {count} training events does not bend": "감쇠를 추정할 수 없음: {sessions}거래일 동안 훈련 이벤트 {count}건의 평균 초과수익이 꺾이지 않음",
    "decay has {count} complete training events to {until}, at least {least} are needed": "감쇠에는 {until}까지 완전한 훈련 이벤트가 {count}건뿐이며 적어도 {least}건이 필요함",
    "decay cannot be fitted on several exchanges ({names}): they have no common sessions to count a reaction in": "여러 거래소({names})에서는 감쇠를 추정할 수 없음: 반응을 셀 공통 거래일이 없음",
}
