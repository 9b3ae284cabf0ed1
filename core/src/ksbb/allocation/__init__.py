"""Who gets how much of an aid type, and why: pure functions, whole numbers, the same plan on every machine.

`allocate(problem) -> plan` (`solve`), for one aid type on one day:

1. **Fair shares** (`fair`): an exact integer min-cost flow over the area tree, from the commitments' wishes down province,
   city, district and sub-district to the targets. First as much as possible is placed, then the weighted shortfall is made as
   small as can be: a further step of units at a target is worth its weight times the shortfall half-way, the Sainte-Laguë
   order on unmet need.
2. **Lots** (`lots`): a second flow over the same tree hands the shares to single commitments, small lots where shares are
   small; pieces become drops of at least a lot, and what is too small for that goes in whole drops to those worst off.
3. **Re-balance** (`balance`, `improve`): with the drops fixed, a last flow shares their quantities anew, each at least its lot;
   drops that hardly matter are given up and better ones made, where the whole gets better for it.

`certificate.objections(problem, plan)` proves a plan from what was `stored`; `reasons` tells why a target gets its drop, and
`refusals` why it gets none or a commitment finds no place. None of them knows the solver:
nothing but `solve` and what it stands on imports OR-Tools or NumPy, so import `solve` where it runs.
"""
