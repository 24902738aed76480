"""Korean for the summary in the terminal: labels of at most eight cells, names of numbers of at most sixteen."""

from __future__ import annotations

__all__ = ["SCREEN"]

SCREEN: dict[str, str] = {
    " (and {count} other reasons)": " (다른 이유 {count}가지)",
    " (worth {effective})": " (독립 {effective}회 몫)",
    ", haircut {value}": ", 삭감 후 {value}",
    "; no haircut: {reason}": "; 삭감 없음: {reason}",
    "CAGR, net, %": "순 연복리, %",
    "Costs, % a year": "연 비용, %",
    "Max drawdown, %": "최대 낙폭, %",
    "best": "최고",
    "costs": "비용",
    "growth of 1, log": "1의 성장, 로그",
    "in a browser, or: {command}": "브라우저에서, 또는: {command}",
    "luck": "운",
    "open it": "열기",
    "page": "페이지",
    "run": "실행",
    "the best deflated {value}": "최고 시도의 보정값 {value}",
    "this net Sharpe {sharpe}: PSR {psr}, deflated {dsr}": "이 실행의 순 샤프 {sharpe}: PSR {psr}, 보정 {dsr}",
    "worst": "최저",
    "years needed {track} (MinTRL), {backtest} (MinBTL)": "필요한 햇수 {track} (MinTRL), {backtest} (MinBTL)",
    "{counted}; best net Sharpe {sharpe}": "{counted}; 최고 순 샤프 {sharpe}",
    "{counted}; none has a Sharpe ratio": "{counted}; 샤프 지수가 있는 시도 없음",
    "{count} more, see the page": "{count}개 더 있음, 페이지 참조",
    "{count} trials on these data": "이 데이터의 시도 {count}회",
}
