"""No pages: the forms behind them are called as the pages call them."""

urlpatterns = []
