"""How good the futures are: scores of forecasts made with what was known at their origin."""
