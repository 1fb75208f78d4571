# Thin aliases: dev.py does the work, also where there is no make (python3 dev.py help).
PYTHON ?= python3

help:  ; @$(PYTHON) dev.py help
run:   ; @$(PYTHON) dev.py run
test:  ; @$(PYTHON) dev.py test
setup: ; @$(PYTHON) dev.py setup
reset: ; @$(PYTHON) dev.py reset
lock:  ; @$(PYTHON) dev.py lock

drill-reminders: ; @$(PYTHON) dev.py drill-reminders $(DRILL)
bench-reminders: ; @$(PYTHON) dev.py bench-reminders $(DRILL)

export PORT
.PHONY: help run test setup reset lock drill-reminders bench-reminders
