"""SEC EDGAR as an event source: capital expenditure and remaining performance obligation, every vintage of each.

``rows`` and ``submissions`` read what the SEC answers, ``clock`` dates the filings, ``quarters`` makes quarters of
year-to-date values, ``frame`` makes events of them, ``gaps`` says what is not there; all of these are pure. ``client``
and ``cache`` fetch and keep, ``saved`` reads a folder of saved answers, ``source`` joins the two ends.
"""
