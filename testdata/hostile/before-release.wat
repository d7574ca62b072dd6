;; Speaks a contract that was never released.
;; Limit: the version of the contract.
(component
  (instance $any)
  (export "keyreeve:policy/rule@1.0.0-rc.1" (instance $any))
  (export "keyreeve:policy/keys@1.0.0-rc.1" (instance $any)))
