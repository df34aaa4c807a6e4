"""Fingerprints of the ledger's rules and columns, as PostgreSQL 15 and 18 write them. A test holds them to what the migrations make."""

from __future__ import annotations

# By table and name: SHA-256, half of it, of the definitions of the rule and of the index behind it.
RULES = {
    ("account", "ck_account_code"): "cf1463e132582107de8fe3d9e00e2d15",
    ("account", "ck_account_kind"): "ceb119f4b916a26fca3c69b6d8ee835e",
    ("account", "ck_account_name"): "dbc109af9f87b03b84bb5c76cf51a2d8",
    ("account", "pk_account"): "1d0ce61d8fed2544d6e2a4090d7e86eb",
    ("account", "uq_account_code"): "fe5691c651717a0f9f8dc8d35fa49965",
    ("balance_snapshot", "ck_balance_snapshot_sides"): "ddf5e4994cef3ae484d1f3ca05b9e6da",
    ("balance_snapshot", "pk_balance_snapshot"): "7c3643f4c2f33c8c0e7113df341bc68b",
    ("checkpoint", "ck_checkpoint_note"): "0dd9d788b64215b0f30fcf539a68ca58",
    ("checkpoint", "ck_checkpoint_root"): "fc44c96b7d56dd40b9a3aa74f8c0390e",
    ("checkpoint", "ck_checkpoint_size"): "6c4fbe34c8a64ee8e1d3e288da363a3e",
    ("checkpoint", "pk_checkpoint"): "9c27998fe9fab3a1216aadcd2f912e65",
    ("entry", "ck_entry_reversal_names_entry"): "01db236a5d9a9f9b5da3cc94d7e37c28",
    ("entry", "fk_entry_reverses"): "b33e25ce3a7c49fa972e32ed6ccde289",
    ("entry", "pk_entry"): "ae6e39deddb2d9c69718d1a7a19a3749",
    ("entry", "uq_entry_event_key"): "ab3ea5ab44388fa1b341c0e52fb4f39f",
    ("entry", "uq_entry_number"): "1c31dd5b64d987a4fbe6c7138c2d9cba",
    ("entry", "uq_entry_reverses"): "40b092bb6c1cd1ad70d6aee2bf7a35d6",
    ("fund", "ck_fund_code"): "cf1463e132582107de8fe3d9e00e2d15",
    ("fund", "ck_fund_dates"): "0bcc13ccd40e138b7300bb41a8aff9e1",
    ("fund", "ck_fund_name"): "dbc109af9f87b03b84bb5c76cf51a2d8",
    ("fund", "ck_fund_restriction"): "95199c0924c0eae10a132142f87181cf",
    ("fund", "pk_fund"): "036816943c3cd5fdd6c20bef92130a40",
    ("fund", "uq_fund_code"): "b8ab1b5cff5b3fe85ac2a48d737624b7",
    ("log_leaf", "ck_log_leaf_hash"): "609e2b58ec9670283810d9bf42db4ed6",
    ("log_leaf", "ck_log_leaf_seq"): "499987d51ad60584b707d2d12019992a",
    ("log_leaf", "pk_log_leaf"): "1b3120dc87d9c92fbff71046171d635c",
    ("log_leaf", "uq_log_leaf_entry_id"): "d6679e909b9b7124e3807017c19fbdde",
    ("log_tile", "ck_log_tile_hashes"): "1b17628740b14e55cd135f2a3e961bad",
    ("log_tile", "ck_log_tile_place"): "c2b697e21a11c51a00007a38cd15be8c",
    ("log_tile", "ck_log_tile_root"): "fc44c96b7d56dd40b9a3aa74f8c0390e",
    ("log_tile", "pk_log_tile"): "17405b594da3c50ea3f899cf1e86c4d9",
    ("period", "ck_period_closed_by_somebody"): "6bd97d2ea93406e72eb563917f52ff82",
    ("period", "ck_period_dates"): "0bcc13ccd40e138b7300bb41a8aff9e1",
    ("period", "ck_period_sealed_by_entry"): "2d55833eb40b242de963f264a57c7e4c",
    ("period", "ck_period_state"): "55c7615b6261599ef9a0da1162c48e91",
    ("period", "ex_period_days"): "5fccb7260e3d9f85305cb86faadf76e5",
    ("period", "fk_period_entry_number"): "5841e232ba6e23d8abb77cafe538afe3",
    ("period", "pk_period"): "c8efba9bd4a43d09330c56d42cfc0864",
    ("period", "uq_period_ends_on"): "14a1c80f513740ef71385834c8c0a1ad",
    ("period", "uq_period_entry_number"): "3d7e5e99487cf6c8e66ccb0213726d03",
    ("publication", "ck_publication_place"): "a6f75d2f7cfe1c9db4cbf431653bc26e",
    ("publication", "fk_publication_checkpoint_size"): "3c8fd308b0d4c422cd281018d40a7070",
    ("publication", "pk_publication"): "4890bf6f1d3c2836561ed7631aeabcd1",
    ("transfer", "ck_transfer_amount_pence"): "8525f9df6e63f131f78a1613330c31e2",
    ("transfer", "ck_transfer_two_accounts"): "34f8680f99a83eea20346b5361c8cddb",
    ("transfer", "pk_transfer"): "929f306221a42557c3b2e4e484948084",
    ("unsealed", "pk_unsealed"): "bd9131e492e1414deaeadef2931f0086",
}

# The same for rules that PostgreSQL writes with other brackets once a dump has been put back.
PUT_BACK = {
    ("log_tile", "ck_log_tile_place"): "4e47d15277e4c891df5036fc278e55ed",
}

# By table: the same of its columns.
COLUMNS = {
    "account": "161e29c070e5d82ff76f3cd6d7d8a364",
    "balance_snapshot": "0f4272ea8fdb0334f7112b30ace26852",
    "checkpoint": "4bcbf0c82e1e27c2f85405e06b79b398",
    "entry": "19f7e0101954c877f0296ec997246800",
    "fund": "3dc5021d299876bcdc1a2454ac85f571",
    "log_leaf": "d2d7f4ff5c4bedb7defa94a28b533d7a",
    "log_tile": "cdc7de23409c81fd3ff0f1cf870e6c71",
    "period": "5bb50a6f7496616737e3db3d0f884178",
    "publication": "f4e3338807456cde7c8ff437c215e96f",
    "transfer": "b9b7868fcd073906065441517b46ac83",
    "unsealed": "3ebddf44ac152f078debdc5c0e9094bc",
}
